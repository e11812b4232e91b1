//! The program at a terminal against the server's interface: a card is reported, proves itself, and
//! is gone when it is pulled.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sekisho::desk::Desk;
use sekisho::platform::{SystemEntropy, now_ms};
use sekisho::reader_api::{TerminalTokens, router};
use sekisho::readers::Readers;
use sekisho_gate::card::OperatorCa;
use sekisho_regulation::Date;

use super::town::{Town, program};

struct Served {
    town: Town,
    desk: Arc<Desk>,
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

fn serve() -> Served {
    let town = Town::found();
    let desk = Desk::open(town.open(), town.site().desk_keys().unwrap(), Arc::new(Readers::new()), false);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let routes = router(Arc::clone(&desk), TerminalTokens::in_folder(&town.dir));
    runtime.spawn(async move { axum::serve(listener, routes).await.unwrap() });
    Served { town, desk, address, _runtime: runtime }
}

impl Served {
    fn token(&self, terminal: &str) -> String {
        let ran = self.town.run(&["terminal", "add", terminal, "--format", "json"]);
        ran.json()["token"].as_str().unwrap().to_owned()
    }

    fn card(&self, number: &str) -> String {
        let card = self
            .town
            .site()
            .authority()
            .unwrap()
            .issue(number, Date::in_japan(now_ms()), Date::in_japan(now_ms()))
            .unwrap();
        let path = self.town.dir.join(format!("{number}.card"));
        std::fs::write(&path, card.to_file()).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn reader(&self, terminal: &str, token: &str) -> Child {
        let server = format!("http://{}", self.address);
        let mut command = program();
        command.args(["reader", "--server", &server, "--terminal", terminal, "--room", "madoguchi"]);
        command.env("SEKISHO_TERMINAL_TOKEN", token).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    fn post(&self, path: &str, token: &str, body: &[u8]) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("http://{}{path}", self.address);
        let mut response = agent.post(url).header("Authorization", format!("Bearer {token}")).send(body).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_card_is_laid_proves_itself_and_is_pulled() {
    let served = serve();
    let token = served.token("T-01");
    let (first, second) = (served.card("C0001"), served.card("C0002"));
    let mut reader = served.reader("T-01", &token);
    let mut input = reader.stdin.take().unwrap();
    let readers = served.desk.readers();
    let lying = || readers.card("T-01").map(|card| card.card_no);
    until("the terminal is known", || readers.room("T-01").as_deref() == Some("madoguchi"));
    assert_eq!(lying(), None);
    writeln!(input, "insert {first}").unwrap();
    until("the card lies there", || lying().as_deref() == Some("C0001"));
    let ca = OperatorCa::from_der(served.town.site().authority().unwrap().certificate()).unwrap();
    let prove = |session: &str| readers.prove("T-01", session, &ca, &SystemEntropy::new(), now_ms);
    let evidence = prove("s1").unwrap();
    assert_eq!(evidence.card_no(), "C0001");
    writeln!(input, "nonsense\ninsert {second}").unwrap();
    until("the other card lies there", || lying().as_deref() == Some("C0002"));
    assert_eq!(prove("s2").unwrap().card_no(), "C0002");
    writeln!(input, "pull").unwrap();
    until("the card is gone", || lying().is_none());
    assert!(prove("s3").is_err());
    writeln!(input, "insert {first}").unwrap();
    until("the card lies there again", || lying().as_deref() == Some("C0001"));
    writeln!(input, "quit").unwrap();
    assert_eq!(reader.wait().unwrap().code(), Some(0));
    until("the card is gone with the program", || lying().is_none());
}

#[test]
fn a_terminal_without_its_token_is_turned_away() {
    let served = serve();
    let (token, other) = (served.token("T-01"), served.token("T-02"));
    for (terminal, given) in [("T-01", "wrong"), ("T-01", other.as_str()), ("T-09", token.as_str())] {
        let ran = served.reader(terminal, given).wait_with_output().unwrap();
        assert_eq!(ran.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&ran.stderr).contains("合言葉が正しくありません"), "{ran:?}");
    }
    assert!(served.desk.readers().terminals().is_empty(), "nothing of them was believed");
    let mut reader = served.reader("T-01", &token);
    until("the terminal is known", || served.desk.readers().room("T-01").is_some());
    served.town.run(&["terminal", "remove", "T-01"]).ended(0, "取り消しました");
    assert_eq!(reader.wait().unwrap().code(), Some(1), "a token that was taken away ends its reader");
    let ran = served.town.run(&["terminal", "list", "--format", "json"]);
    assert_eq!(ran.json()["terminals"], serde_json::json!(["T-02"]));
}

#[test]
fn what_is_no_report_is_met_with_a_sentence() {
    let served = serve();
    let token = served.token("T-01");
    let report = |certificate: serde_json::Value| {
        serde_json::json!({"terminal": "T-01", "room": "madoguchi", "certificate": certificate}).to_string()
    };
    let long = report("A".repeat(12_000).into());
    let huge = report("A".repeat(100_000).into());
    for (path, body, status) in [
        ("/reader/v1/report", "", 400),
        ("/reader/v1/report", "{", 400),
        ("/reader/v1/report", "{\"terminal\":\"T-01\"}", 400),
        ("/reader/v1/report", "{\"terminal\":\"T-01\",\"room\":\"x\",\"certificate\":null,\"more\":1}", 400),
        ("/reader/v1/report", &report("not base64!".into()), 400),
        ("/reader/v1/report", &report("AAAA".into()), 400),
        ("/reader/v1/report", &long, 400),
        ("/reader/v1/report", &huge, 413),
        ("/reader/v1/answer", "{\"terminal\":\"T-01\",\"nonce\":\"?\",\"signature\":\"AA==\"}", 400),
        ("/reader/v1/answer", "{\"terminal\":\"T-01\",\"nonce\":\"AA==\",\"signature\":\"AA==\"}", 204),
        ("/reader/v1/report", &report(serde_json::Value::Null), 200),
    ] {
        let (found, said) = served.post(path, &token, body.as_bytes());
        assert_eq!(found, status, "{path} {:.80}: {said}", body);
    }
    assert_eq!(served.post("/reader/v1/report", "", report(serde_json::Value::Null).as_bytes()).0, 401);
    // No token for another machine over plain HTTP.
    let mut far = program();
    far.args(["reader", "--server", "http://192.0.2.1", "--terminal", "T-01", "--room", "x"]);
    let ran = far.env("SEKISHO_TERMINAL_TOKEN", &token).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
}
