//! `sekisho reader`: the small program at each terminal. Every second it tells the server whether a
//! card lies on the reader, and has the card sign the challenge that the server may give. When the
//! card is gone, or this program is silent, the session at the terminal ends.

mod link;
mod port;

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use clap::Args;

use super::{CliError, Done, file_error, progress, say};
use link::{Link, LinkError};
use port::{CardPort, VirtualPort};

/// How often the card is reported.
const EVERY: Duration = Duration::from_secs(1);
/// Longest file with a token.
const TOKEN_BYTES_MAX: usize = 256;

/// Options of `sekisho reader`.
#[derive(Debug, Args)]
pub(crate) struct ReaderArgs {
    /// サーバーのURL。ループバック以外はhttpsに限る
    #[arg(long)]
    server: String,
    /// 端末の記号
    #[arg(long)]
    terminal: String,
    /// 端末のある室の記号
    #[arg(long)]
    room: String,
    /// 始めに置く仮想カードのファイル
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
    /// 端末の合言葉のファイル。指定しなければ環境変数 SEKISHO_TERMINAL_TOKEN
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// サーバーの証明書を発行した認証局の証明書（PEM）。指定しなければ公的な認証局を信頼する
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// What is typed, or sent by another program, on standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Order {
    /// `insert FILE`
    Insert(PathBuf),
    /// `pull`
    Pull,
    /// `quit`
    Quit,
    /// Anything else.
    Unknown(String),
}

pub(crate) fn run(args: &ReaderArgs) -> Result<Done, CliError> {
    let token = token(args)?;
    let link = Link::new(&args.server, &args.terminal, &args.room, &token, args.ca.as_deref())?;
    let mut port = VirtualPort::default();
    if let Some(card) = &args.card {
        port.insert(card).map_err(|e| CliError::Environment(e.to_string()))?;
    }
    say(format_args!("端末「{}」の読取装置として、{}に知らせます。", args.terminal, args.server));
    say("  insert ファイル = カードを置く、pull = カードを抜く、quit = 終わる");
    work(&link, &mut port, &orders())
}

fn token(args: &ReaderArgs) -> Result<String, CliError> {
    let token = match &args.token_file {
        Some(path) => std::fs::read_to_string(path).map_err(|e| file_error(path, &e))?,
        None => std::env::var("SEKISHO_TERMINAL_TOKEN").unwrap_or_default(),
    };
    let token = token.trim().to_owned();
    let plain = token.bytes().all(|byte| byte.is_ascii_graphic());
    if token.is_empty() || token.len() > TOKEN_BYTES_MAX || !plain {
        let sentence = "端末の合言葉がありません。`--token-file`か環境変数 SEKISHO_TERMINAL_TOKEN で指定してください（sekisho terminal add で作れます）。";
        return Err(CliError::Usage(sentence.to_owned()));
    }
    Ok(token)
}

/// Reads orders on a thread of its own. When the input ends, the reader goes on without orders.
fn orders() -> Receiver<Order> {
    let (give, take) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if !line.trim().is_empty() && give.send(order(&line)).is_err() {
                return;
            }
        }
        // Kept open, so that the end of the input is no order.
        loop {
            std::thread::park();
        }
    });
    take
}

fn order(line: &str) -> Order {
    let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    match (word, rest.trim()) {
        ("insert", file) if !file.is_empty() => Order::Insert(PathBuf::from(file)),
        ("pull", "") => Order::Pull,
        ("quit", "") => Order::Quit,
        _ => Order::Unknown(line.trim().to_owned()),
    }
}

fn work(link: &Link, port: &mut VirtualPort, orders: &Receiver<Order>) -> Result<Done, CliError> {
    let mut reachable = true;
    loop {
        let began = Instant::now();
        match round(link, port) {
            Ok(()) if !reachable => {
                reachable = true;
                progress("サーバーに再びつながりました。");
            }
            Ok(()) => {}
            Err(LinkError::Refused(sentence)) => {
                progress(sentence);
                return Ok(Done::Refused);
            }
            Err(LinkError::Unreachable(cause)) => {
                if std::mem::replace(&mut reachable, false) {
                    progress(format_args!("サーバーにつながりません（{cause}）。つながるまで続けます。"));
                }
            }
        }
        if !wait(port, orders, EVERY.saturating_sub(began.elapsed())) {
            port.pull();
            // The card is gone with this program; if the server is away, its silence tells.
            let _ = round(link, port);
            say("終わりました。");
            return Ok(Done::Well);
        }
    }
}

/// Carries out orders until it is time for the next report, or an order has changed something.
/// False when it is to end.
fn wait(port: &mut VirtualPort, orders: &Receiver<Order>, left: Duration) -> bool {
    match orders.recv_timeout(left) {
        Ok(Order::Quit) => return false,
        Ok(Order::Pull) => {
            port.pull();
            say("カードを抜きました。");
        }
        Ok(Order::Insert(file)) => insert(port, &file),
        Ok(Order::Unknown(line)) => {
            progress(format_args!("「{line}」は分かりません。insert ファイル、pull、quit のどれかです。"))
        }
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
    }
    true
}

fn insert(port: &mut VirtualPort, file: &Path) {
    match port.insert(file) {
        Ok(number) => say(format_args!("カード {number} を置きました。")),
        Err(e) => progress(e),
    }
}

/// One report, and the answer to what the server asks of the card.
fn round(link: &Link, port: &mut dyn CardPort) -> Result<(), LinkError> {
    // A card that cannot be read does not lie there.
    let certificate = port.certificate().unwrap_or_else(|e| {
        progress(e);
        None
    });
    let present = certificate.is_some();
    let Some(challenge) = link.report(certificate.as_deref())? else { return Ok(()) };
    if !present {
        return Ok(());
    }
    match port.sign(&challenge.canonical()) {
        Ok(signature) => link.answer(&challenge, &signature),
        Err(e) => {
            progress(e);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read() {
        for (line, expected) in [
            (" insert  a b.card ", Order::Insert("a b.card".into())),
            ("pull", Order::Pull),
            ("quit\r", Order::Quit),
            ("insert", Order::Unknown("insert".into())),
            ("pull now", Order::Unknown("pull now".into())),
            ("help", Order::Unknown("help".into())),
        ] {
            assert_eq!(order(line), expected, "{line}");
        }
    }
}
