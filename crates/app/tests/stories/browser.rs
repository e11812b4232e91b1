//! A demonstration in a process of its own, and a real Chromium in front of it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;

/// How long a page may take to show what it should.
const PATIENCE: Duration = Duration::from_secs(20);

/// A village of two days, served on a port of its own; gone with the value.
pub(crate) struct Demo {
    child: Child,
    dir: PathBuf,
    pub(crate) address: String,
}

impl Demo {
    pub(crate) fn start(name: &str) -> Self {
        Self::of("nishimeya", name)
    }

    /// The same of another profile.
    pub(crate) fn of(profile: &str, name: &str) -> Self {
        Self::lasting(profile, name, 2)
    }

    /// The same of more days.
    pub(crate) fn lasting(profile: &str, name: &str, days: u32) -> Self {
        let dir = std::env::temp_dir().join(format!("sekisho-story-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        let mut child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .args(["demo", "--profile", profile, "--port", "0", "--days", &days.to_string(), "--data"])
            .arg(&dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let start = line.find("http://")?;
            Some(line[start..].split('/').take(3).collect::<Vec<_>>().join("/"))
        });
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, dir, address: address.unwrap() }
    }

    /// The store, as somebody who can write to its file sees it.
    pub(crate) fn store(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.join("sekisho.sqlite")).unwrap()
    }

    /// The id and the staff card's number of whoever holds a post.
    pub(crate) fn employee(&self, post: &str) -> (String, String) {
        let source = sekisho::profiles::source("nishimeya").unwrap();
        let profile = source.profile().unwrap();
        let plan = sekisho::demo::plan::Plan::of(&profile, &source.files).unwrap();
        let staff =
            sekisho::demo::roster::officials(&profile, &plan, sekisho_regulation::Date::EPOCH.plus_days(20_000));
        let one = staff.into_iter().find(|one| one.post == post).unwrap();
        (one.id, one.employee_no)
    }

    /// Somebody else takes the card from a terminal's reader.
    pub(crate) async fn pull(&self, terminal: &str) {
        let other = Browser::start(&format!("pull-{terminal}"), &self.address).await;
        other.open("/sign-in").await;
        other.picks("#terminal", terminal).await;
        other.clicks("form[action='/sign-in/terminal'] button").await;
        other.clicks("form[action='/sign-in/reader'] button[value='']").await;
        other.sees("置いてください").await;
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

/// A page in Chromium.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    address: String,
    shots: PathBuf,
}

impl Browser {
    pub(crate) async fn start(name: &str, address: &str) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // `make test` installs it.
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let shots = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stories").join(name);
        std::fs::create_dir_all(&shots).unwrap();
        Self { driver, client: connect(port).await, address: address.to_owned(), shots }
    }

    pub(crate) async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.address)).await.unwrap();
    }

    /// Waits until the page shows these words.
    pub(crate) async fn sees(&self, words: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return;
            }
            if Instant::now() > until {
                self.fails(&format!("`{words}` is not on the page")).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the browser has come to this path.
    pub(crate) async fn until_at(&self, path: &str) {
        let until = Instant::now() + PATIENCE;
        while self.client.current_url().await.unwrap().path() != path {
            if Instant::now() > until {
                self.fails(&format!("not at {path}")).await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub(crate) async fn types(&self, css: &str, text: &str) {
        let field = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Puts a long text into a field, as pasting does.
    pub(crate) async fn pastes(&self, css: &str, text: &str) {
        let field = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.unwrap();
        let arguments = vec![serde_json::to_value(&field).unwrap(), text.into()];
        self.client.execute("arguments[0].value = arguments[1]", arguments).await.unwrap();
    }

    /// Opens the first page again and again until the house asks to sign in.
    pub(crate) async fn until_signed_out(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            self.open("/").await;
            if self.client.current_url().await.unwrap().path() == "/sign-in" {
                return;
            }
            assert!(Instant::now() < until, "still signed in:\n{}", self.text().await);
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    /// Chooses an option of a select, or types it where the choice is a field with suggestions.
    pub(crate) async fn picks(&self, css: &str, value: &str) {
        let field = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await.unwrap();
        if field.tag_name().await.unwrap().eq_ignore_ascii_case("select") {
            field.select_by_value(value).await.unwrap();
        } else {
            field.clear().await.unwrap();
            field.send_keys(value).await.unwrap();
        }
    }

    pub(crate) async fn clicks(&self, css: &str) {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(button) => self.press(button).await,
            Err(e) => self.fails(&format!("{css}: {e}")).await,
        }
    }

    /// Clicks the first of these elements that shows the words.
    pub(crate) async fn clicks_text(&self, css: &str, words: &str) {
        for element in self.client.find_all(Locator::Css(css)).await.unwrap() {
            if element.text().await.unwrap().contains(words) {
                return self.press(element).await;
            }
        }
        panic!("no {css} shows `{words}`");
    }

    /// Scrolls to an element, as a person would, and clicks it.
    pub(crate) async fn press(&self, element: Element) {
        let arguments = vec![serde_json::to_value(&element).unwrap()];
        self.client.execute("arguments[0].scrollIntoView({block: 'center'})", arguments).await.unwrap();
        element.click().await.unwrap();
    }

    /// Clicks what leads to another page, and waits until that page is there.
    pub(crate) async fn submits(&self, css: &str) {
        self.run("window.left = true", Vec::new()).await;
        self.clicks(css).await;
        let until = Instant::now() + PATIENCE;
        loop {
            let there = "return !window.left && document.readyState === 'complete'";
            if self.client.execute(there, Vec::new()).await.is_ok_and(|there| there == true) {
                return;
            }
            if Instant::now() > until {
                self.fails(&format!("{css} leads nowhere")).await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Runs a script in the page.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<serde_json::Value>) -> serde_json::Value {
        self.client.execute(script, arguments).await.unwrap()
    }

    /// Whether the page has such an element.
    pub(crate) async fn has(&self, css: &str) -> bool {
        !self.all(css).await.is_empty()
    }

    /// Every such element.
    pub(crate) async fn all(&self, css: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(css)).await.unwrap()
    }

    /// What an element shows.
    pub(crate) async fn text_of(&self, css: &str) -> String {
        match self.client.find(Locator::Css(css)).await {
            Ok(element) => element.text().await.unwrap(),
            Err(_) => self.fails(&format!("no {css}")).await,
        }
    }

    /// Ends the story with a picture and the words of the page.
    pub(crate) async fn fails(&self, why: &str) -> ! {
        self.shot("failed").await;
        let at = self.client.current_url().await.unwrap();
        panic!("{why}; at {at}:\n{}", self.text().await);
    }

    /// What stands in a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        let field = self.client.find(Locator::Css(css)).await.unwrap();
        field.prop("value").await.unwrap().unwrap_or_default()
    }

    pub(crate) async fn shot(&self, name: &str) {
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(self.shots.join(format!("{name}.png")), png).unwrap();
    }

    async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

async fn connect(port: u16) -> Client {
    let options = serde_json::json!({
        "args": [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--window-size=1280,1000", "--lang=ja",
        ],
    });
    let mut capabilities = Capabilities::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    let until = Instant::now() + PATIENCE;
    loop {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let tried = builder.capabilities(capabilities.clone()).connect(&format!("http://127.0.0.1:{port}")).await;
        match tried {
            Ok(client) => return client,
            Err(e) if Instant::now() > until => panic!("no browser: {e}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}
