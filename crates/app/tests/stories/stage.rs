//! A house of a profile with a browser in front of it, and what people do there: sign in for a role,
//! take a step of a book by its form, read the refusal, look at the row.

use std::collections::BTreeMap;

use fantoccini::elements::Element;
use sekisho::demo::plan::Plan;
use sekisho::demo::roster::{self, Official};
use sekisho_regulation::date::time_in_japan;
use sekisho_regulation::profile::Role;
use sekisho_regulation::{Date, Profile};
use tokio::sync::Mutex;

use super::PASSWORD;
use super::browser::{Browser, Demo};

/// What stands in a form, or in a row: name and value as a scenario writes them.
pub(crate) type Fields<'a> = &'a [(&'a str, &'a str)];

/// The kinds of inputs that a form's field may have.
const KIND: &str = "
    const name = arguments[0];
    if (document.getElementsByName(name + '.y').length) return 'date';
    const found = document.getElementsByName(name);
    if (!found.length) return 'none';
    if (found[0].tagName === 'SELECT') return 'select';
    return ['checkbox', 'radio'].includes(found[0].type) ? 'choice' : 'text';
";

/// The house, the browser, and who sits at it.
pub(crate) struct Stage {
    demo: Demo,
    pub(crate) page: Browser,
    profile: Profile,
    plan: Plan,
    staff: Vec<Official>,
    /// Person and terminal.
    seated: Mutex<Option<(String, String)>>,
}

impl Stage {
    /// Opens a house of the profile and a browser.
    pub(crate) async fn of(profile: &str) -> Self {
        Self::named(profile, profile).await
    }

    /// The same under a name of its own, where a profile has several houses.
    pub(crate) async fn named(profile: &str, name: &str) -> Self {
        Self::over(Demo::of(profile, name), profile, name).await
    }

    /// The same over a house that was made already.
    pub(crate) async fn over(demo: Demo, profile: &str, name: &str) -> Self {
        let page = Browser::start(name, &demo.address).await;
        let source = sekisho::profiles::source(profile).unwrap();
        let profile = source.profile().unwrap();
        let plan = Plan::of(&profile, &source.files).unwrap();
        let staff = roster::officials(&profile, &plan, today());
        Self { demo, page, profile, plan, staff, seated: Mutex::default() }
    }

    /// The id of who holds a role, as a scenario's `@role`.
    pub(crate) fn who(&self, role: &str) -> String {
        self.holder(role).id.clone()
    }

    /// The id of the first holder of a post.
    pub(crate) fn at_post(&self, post: &str) -> &Official {
        self.staff.iter().find(|one| one.post == post).unwrap_or_else(|| panic!("nobody is {post}"))
    }

    fn holder(&self, role: &str) -> &Official {
        let found = self.staff.iter().find(|one| self.holds(one, role) && one.has_account);
        found.unwrap_or_else(|| panic!("no holder of {role} can sign in"))
    }

    fn holds(&self, one: &Official, role: &str) -> bool {
        match self.profile.role(role) {
            Some(_) if role == "operator" => !one.part.operates.is_empty(),
            Some(_) if role == "handler" => one.part.handles.is_some(),
            Some(Role { designated: true, .. }) => self.plan.designations.get(role) == Some(&one.post),
            Some(found) => found.posts.contains(&one.post),
            None => panic!("no role {role}"),
        }
    }

    /// Somebody who holds the role goes on, at the machine where they work.
    pub(crate) async fn plays(&self, role: &str) {
        let who = self.holder(role);
        self.seats(who, role).await;
    }

    /// The same, for the holder of a post.
    pub(crate) async fn plays_at(&self, post: &str, role: &str) {
        self.seats(self.at_post(post), role).await;
    }

    async fn seats(&self, who: &Official, role: &str) {
        let counter = self.plan.counter.as_ref().map(|counter| counter.terminal.clone());
        let terminal = who.part.terminal.clone().or(counter).unwrap();
        self.seats_at(who, role, &terminal).await;
    }

    /// Signs somebody in at a terminal, unless they sit there already, and puts them in the role.
    pub(crate) async fn seats_at(&self, who: &Official, role: &str, terminal: &str) {
        let place = (who.id.clone(), terminal.to_owned());
        if self.seated.lock().await.as_ref() != Some(&place) {
            self.leaves().await;
            self.comes_to(who, terminal).await;
            self.gives(PASSWORD).await;
            self.page.until_at("/").await;
            *self.seated.lock().await = Some(place);
        }
        self.turns_to(role).await;
    }

    /// Somebody comes to a terminal and lays the card on its reader; where there is none, gives the id.
    pub(crate) async fn comes_to(&self, who: &Official, terminal: &str) {
        let page = &self.page;
        self.stands_at(terminal).await;
        if self.plan.asks_for_card(&self.profile, terminal) {
            let card = who.card_no.as_deref().unwrap_or_else(|| panic!("{} has no card", who.post));
            page.submits(&format!("ul.cards button[value='{card}']")).await;
            page.sees(&format!("カード {card} を読み取りました")).await;
        } else {
            page.types("#person", &who.id).await;
        }
    }

    /// The browser is that of a terminal, and nobody has come to it.
    pub(crate) async fn stands_at(&self, terminal: &str) {
        let page = &self.page;
        page.open("/sign-in").await;
        if page.value("#terminal").await != terminal {
            page.picks("#terminal", terminal).await;
            page.submits("form[action='/sign-in/terminal'] button").await;
        }
        if page.has("form[action='/sign-in/reader'] button[value='']").await {
            page.submits("form[action='/sign-in/reader'] button[value='']").await;
        }
    }

    /// A password is given to sign in.
    pub(crate) async fn gives(&self, password: &str) {
        self.page.types("#password", password).await;
        self.page.submits("form[action='/sign-in'] button.first").await;
    }

    /// Whoever sits there signs out and takes the card along.
    pub(crate) async fn leaves(&self) {
        if self.seated.lock().await.take().is_none() {
            return;
        }
        self.page.open("/").await;
        let pull = self.page.has("form[action='/session/pull'] button").await;
        let way = if pull { "/session/pull" } else { "/sign-out" };
        self.page.submits(&format!("form[action='{way}'] button")).await;
        self.page.until_at("/sign-in").await;
    }

    /// Another browser in front of the same house.
    pub(crate) async fn another(&self, name: &str) -> Browser {
        Browser::start(name, &self.demo.address).await
    }

    /// Whoever sat here is signed out, without having done anything.
    pub(crate) async fn is_signed_out(&self) {
        self.page.until_at("/sign-in").await;
        *self.seated.lock().await = None;
    }

    async fn turns_to(&self, role: &str) {
        if !self.page.has("#capacity").await || self.page.value("#capacity").await == role {
            return;
        }
        self.page.picks("#capacity", role).await;
        self.page.submits("form[action='/session/capacity'] button").await;
        assert_eq!(self.page.value("#capacity").await, role, "the role is not offered");
    }

    /// Looks for a resident with the first purpose there is.
    pub(crate) async fn searches(&self) {
        let page = &self.page;
        page.open("/lookup").await;
        page.clicks("input[name=purpose]").await;
        page.types("#basis", "受付8-0001").await;
        page.types("#kana", "みほん").await;
        page.types("#birth", "1980").await;
        page.submits("main form.sheet button.first").await;
    }

    /// Looks for a resident and has the record of the first one shown.
    pub(crate) async fn finds_somebody(&self) {
        self.searches().await;
        self.page.submits("button[name=subject]").await;
        self.page.sees("帳票を印刷する").await;
    }

    /// Opens a new row: from the book's page through the button to the form.
    pub(crate) async fn begins(&self, book: &str, act: &str, fields: Fields<'_>) {
        self.page.open(&format!("/books/{book}")).await;
        self.page.submits(&format!("main a.button[href^='/acts/{act}?']")).await;
        self.fills(fields).await;
    }

    /// A further step of a row: from the row's page through the button to the form.
    pub(crate) async fn does(&self, row: &Row, act: &str, fields: Fields<'_>) {
        self.page.open(&row.path()).await;
        self.page.submits(&format!("main a.button[href^='/acts/{act}?']")).await;
        self.fills(fields).await;
    }

    /// Opens a new row, which is allowed, and says which it is.
    pub(crate) async fn opens(&self, book: &'static str, act: &str, fields: Fields<'_>) -> Row {
        self.begins(book, act, fields).await;
        self.is_done().await;
        self.newest(book).await
    }

    /// A further step of a row, which is allowed.
    pub(crate) async fn takes(&self, row: &Row, act: &str, fields: Fields<'_>) {
        self.does(row, act, fields).await;
        self.is_done().await;
    }

    /// Corrects fields of the form that lies there and hands it in.
    pub(crate) async fn fills(&self, fields: Fields<'_>) {
        for (name, value) in fields {
            self.fill(name, value).await;
        }
        self.page.submits("main form.sheet button.first").await;
    }

    async fn fill(&self, name: &str, value: &str) {
        let page = &self.page;
        let kind = page.run(KIND, vec![name.into()]).await;
        match kind.as_str().unwrap_or_default() {
            "date" => {
                let parts: Vec<&str> = value.split('-').collect();
                for (part, text) in ["y", "m", "d"].iter().zip(parts) {
                    page.types(&format!("[name='{name}.{part}']"), text).await;
                }
            }
            "choice" => {
                let wanted: Vec<&str> = value.split(' ').collect();
                for box_ in page.all(&format!("[name='{name}']")).await {
                    tick(page, box_, &wanted).await;
                }
            }
            "select" => page.picks(&format!("[name='{name}']"), value).await,
            "text" => page.types(&format!("[name='{name}']"), value).await,
            _ => page.fails(&format!("the form has no field {name}")).await,
        }
    }

    /// The act was recorded, and the page says so.
    pub(crate) async fn is_done(&self) {
        self.page.sees("✓ 記録しました").await;
    }

    /// The act was refused with this reason and by this article; the refusal is on record too.
    pub(crate) async fn is_refused(&self, code: &str, article: &str) {
        self.page.sees(&format!("断ったことも記録しています。理由 {code}")).await;
        let says = self.page.text_of("div.decision.refused").await;
        assert!(says.contains(article), "`{article}` is not in the refusal:\n{says}");
    }

    /// The form is not even offered in this role.
    pub(crate) async fn may_not(&self, act: &str, article: &str) {
        self.page.open(&format!("/acts/{act}")).await;
        self.page.sees("画面を開いただけなので、記録はしていません。").await;
        self.page.sees(article).await;
        assert!(!self.page.has("main form.sheet").await, "{act} is offered");
    }

    /// The row that was opened last.
    pub(crate) async fn newest(&self, book: &'static str) -> Row {
        self.page.open(&format!("/books/{book}?sort=-no")).await;
        let key = self.page.text_of("main table tbody th[scope='row'] a").await;
        Row { book, key }
    }

    /// What happened in a period, to whom may inspect it: every row's words.
    pub(crate) async fn history(&self, reason: &str) -> Vec<String> {
        self.inspects("period", "", reason).await;
        self.answers().await
    }

    /// Asks the history a question about somebody or something.
    pub(crate) async fn inspects(&self, question: &str, about: &str, reason: &str) {
        let page = &self.page;
        page.open("/history").await;
        page.clicks(&format!("input[name=question][value={question}]")).await;
        if !about.is_empty() {
            page.picks(&format!("[name='about.{question}']"), about).await;
        }
        page.types("#reason", reason).await;
        page.submits("main form.sheet button.first").await;
        self.is_done().await;
    }

    /// The rows that the page of the history shows.
    pub(crate) async fn answers(&self) -> Vec<String> {
        let read = "return [...document.querySelectorAll('main section table:last-of-type tbody tr')]
             .map(tr => tr.innerText);";
        serde_json::from_value(self.page.run(read, Vec::new()).await).unwrap()
    }

    /// The row's page has these under their labels.
    pub(crate) async fn shows(&self, row: &Row, pairs: Fields<'_>) {
        self.page.open(&row.path()).await;
        let there = self.pairs().await;
        for (label, value) in pairs {
            let found = there.get(*label);
            let fits = found.is_some_and(|found| found.contains(value));
            assert!(fits, "{} says of {label}: {found:?}, not {value}\n{there:#?}", row.key);
        }
    }

    async fn pairs(&self) -> BTreeMap<String, String> {
        let read = "return [...document.querySelectorAll('dl.pairs dt')].map(dt => \
             [dt.innerText, dt.nextElementSibling.innerText]);";
        let pairs = self.page.run(read, Vec::new()).await;
        serde_json::from_value::<Vec<(String, String)>>(pairs).unwrap().into_iter().collect()
    }

    /// The row's history names these acts with these outcomes, the newest first.
    pub(crate) async fn went(&self, row: &Row, events: &[(&str, bool)]) {
        self.page.open(&row.path()).await;
        let read = "return [...document.querySelectorAll('main section:last-of-type tbody tr')].map(tr => \
             [tr.cells[1].innerText, tr.cells[4].innerText.includes('許可')]);";
        let there = self.page.run(read, Vec::new()).await;
        let there: Vec<(String, bool)> = serde_json::from_value(there).unwrap();
        let wanted: Vec<(String, bool)> = events.iter().map(|(act, fine)| ((*act).to_owned(), *fine)).collect();
        assert_eq!(there, wanted, "the course of {}", row.key);
    }

    /// The row on paper says these.
    pub(crate) async fn prints(&self, row: &Row, words: &[&str]) {
        self.page.open(&format!("{}/print", row.path())).await;
        for word in words {
            self.page.sees(word).await;
        }
        assert!(self.page.has("table.seal").await, "no boxes for the seals");
    }

    /// The proof of the newest event of a row, as its page has it.
    pub(crate) async fn proof(&self, row: &Row) -> String {
        self.page.open(&row.path()).await;
        self.page.submits("main section:last-of-type tbody tr:first-child a[href^='/evidence/']").await;
        let read = "return [...document.querySelectorAll('main details pre')].at(-1).textContent;";
        self.page.run(read, Vec::new()).await.as_str().unwrap().to_owned()
    }

    /// Somebody changes the store behind the program.
    pub(crate) fn changes(&self, sql: &str) {
        self.demo.store().execute_batch(sql).unwrap();
    }

    /// The evidence of the newest event of a row: its proof, and the article by which it was decided.
    pub(crate) async fn is_proven(&self, row: &Row, article: &str) {
        self.page.open(&row.path()).await;
        self.page.submits("main section:last-of-type tbody tr:first-child a[href^='/evidence/']").await;
        self.page.sees(article).await;
        self.page.shot(&format!("evidence-{}", row.key)).await;
    }
}

/// A row of a book.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    book: &'static str,
    pub(crate) key: String,
}

impl Row {
    pub(crate) fn of(book: &'static str, key: &str) -> Self {
        Self { book, key: key.to_owned() }
    }

    pub(crate) fn path(&self) -> String {
        format!("/books/{}/{}", self.book, self.key)
    }
}

async fn tick(page: &Browser, box_: Element, wanted: &[&str]) {
    let value = box_.prop("value").await.unwrap().unwrap_or_default();
    if box_.is_selected().await.unwrap() != wanted.contains(&value.as_str()) {
        page.press(box_).await;
    }
}

fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    i64::try_from(now).unwrap()
}

/// Today in Japan.
fn today() -> Date {
    Date::in_japan(now_ms())
}

/// This minute, as it is typed.
pub(crate) fn now() -> String {
    format!("{} {}", today(), time_in_japan(now_ms()).get(..5).unwrap())
}

/// A day so many days from today, as it is typed.
pub(crate) fn day(days: i64) -> String {
    today().plus_days(days).to_string()
}

/// The year of a day so many days from today, as pages write it.
pub(crate) fn year_ja(days: i64) -> String {
    let day = today().plus_days(days).wareki();
    day.split_inclusive('年').next().unwrap().to_owned()
}
