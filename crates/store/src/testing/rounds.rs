//! Rounds of `kill -9`: a program is started, works as fast as it can, and is killed at a moment of
//! which it knows nothing.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::Chance;

/// How long a program may take to get going.
const START_MAX: Duration = Duration::from_secs(60);

/// How many rounds to play: `SEKISHO_ROUNDS`, or `usual`.
#[must_use]
pub fn rounds(usual: u32) -> u32 {
    std::env::var("SEKISHO_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Starts a program that writes a line with a number to its standard output whenever something has
/// been made durable, lets it write at least one, and kills it at a random moment up to `longest`
/// later. Gives the last number that it wrote in a whole line.
///
/// # Errors
/// When the program cannot be started, ends by itself, or writes nothing.
pub fn kill_after(command: &mut Command, chance: &mut Chance, longest: Duration) -> Result<u64, String> {
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|e| format!("not started: {e}"))?;
    let output = child.stdout.take().ok_or("the program has no output")?;
    let (first, started) = channel();
    let reader = std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        let (mut line, mut last, mut first) = (String::new(), None, Some(first));
        // A line that the program was killed in the middle of has no end, and does not count.
        while output.read_line(&mut line).is_ok_and(|n| n > 0) && line.ends_with('\n') {
            if let Ok(number) = line.trim().parse::<u64>() {
                last = Some(number);
                if let Some(first) = first.take() {
                    let _ = first.send(());
                }
            }
            line.clear();
        }
        last
    });
    let got_going = started.recv_timeout(START_MAX).is_ok();
    let wait = Duration::from_micros(chance.below(u64::try_from(longest.as_micros()).unwrap_or(u64::MAX)));
    let until = Instant::now() + wait;
    while got_going && Instant::now() < until {
        std::thread::sleep(Duration::from_micros(200).min(until.saturating_duration_since(Instant::now())));
    }
    let ended = child.try_wait().map_err(|e| e.to_string())?;
    child.kill().map_err(|e| e.to_string())?;
    child.wait().map_err(|e| e.to_string())?;
    let last = reader.join().map_err(|_| "the reader of the output failed")?;
    match (ended, last) {
        (Some(status), _) => Err(format!("the program ended by itself: {status}")),
        (None, None) => Err("the program wrote no number".to_owned()),
        (None, Some(last)) => Ok(last),
    }
}
