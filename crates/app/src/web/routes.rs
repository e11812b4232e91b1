//! The table of contents: every route with what it needs. The router is built from it, so nothing
//! is served that does not stand here.

use super::call::Handler;
use super::{api, pages, statics};

/// How it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Reads.
    Get,
    /// Does something; carries a token against forgery.
    Post,
}

/// What a route needs before its handler is called.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    /// Nothing. The list of these is pinned by a test.
    Public,
    /// A session whose card is on the reader.
    SignedIn,
    /// A session in a capacity in which the gate allows one of these acts.
    Act(&'static [&'static str]),
    /// To be asked from this machine, or with the operations token.
    Operations,
}

/// A route.
pub(crate) struct Route {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) needs: Needs,
    pub(crate) run: Handler,
    /// What it is, for the API's description.
    pub(crate) about: &'static str,
}

const fn get(path: &'static str, needs: Needs, run: Handler, about: &'static str) -> Route {
    Route { verb: Verb::Get, path, needs, run, about }
}

const fn post(path: &'static str, needs: Needs, run: Handler, about: &'static str) -> Route {
    Route { verb: Verb::Post, path, needs, run, about }
}

const SEARCH: Needs = Needs::Act(&["identity.search"]);
const INSPECT: Needs = Needs::Act(&["history.inspect"]);
const ENTER: Needs = Needs::Act(&["entry.enter"]);

/// Every route; those of one path stand together.
pub(crate) static ROUTES: &[Route] = &[
    get("/", Needs::SignedIn, pages::today::show, "今日"),
    get("/sign-in", Needs::Public, pages::sign_in::show, "サインイン"),
    post("/sign-in", Needs::Public, pages::sign_in::submit, "サインイン"),
    get("/sign-in/card", Needs::Public, pages::sign_in::card, "読取装置のカードの有無"),
    post("/sign-in/terminal", Needs::Public, pages::sign_in::terminal, "このブラウザの端末"),
    post("/sign-in/reader", Needs::Public, pages::sign_in::reader, "仮想の読取装置（デモだけ）"),
    get("/password", Needs::Public, pages::password::show, "パスワードの変更"),
    post("/password", Needs::Public, pages::password::submit, "パスワードの変更"),
    get("/session/state", Needs::Public, pages::session::state, "セッションの状態"),
    post("/session/capacity", Needs::SignedIn, pages::session::capacity, "立場の切替え"),
    post("/session/pull", Needs::SignedIn, pages::session::pull, "仮想の読取装置からカードを抜く（デモだけ）"),
    post("/sign-out", Needs::SignedIn, pages::session::sign_out, "サインアウト"),
    get("/lookup", SEARCH, pages::lookup::show, "照会"),
    post("/lookup", SEARCH, pages::lookup::search, "検索"),
    get("/lookup/record", SEARCH, pages::lookup::record, "表示した本人確認情報"),
    post("/lookup/show", SEARCH, pages::lookup::show_record, "表示"),
    post("/lookup/print", SEARCH, pages::lookup::print, "帳票の印刷"),
    get("/lookup/print/{seq}", SEARCH, pages::lookup::printed, "印刷した帳票"),
    post("/lookup/extract", SEARCH, pages::lookup::extract, "抽出"),
    get("/import", Needs::Act(&["identity.import"]), pages::import::show, "本人確認情報の取込み"),
    post("/import", Needs::Act(&["identity.import"]), pages::import::submit, "本人確認情報の取込み"),
    get("/history", INSPECT, pages::history::show, "操作履歴"),
    post("/history", INSPECT, pages::history::ask, "操作履歴の閲覧"),
    post("/history/export", INSPECT, pages::history::export, "操作履歴の出力"),
    get("/entry", ENTER, pages::entry::show, "入退室"),
    get("/entry/inside", ENTER, pages::entry::inside, "在室者"),
    get("/cards", Needs::SignedIn, pages::books::cards, "操作者とカード"),
    get("/organisation", Needs::SignedIn, pages::books::organisation, "組織"),
    get("/devices", Needs::SignedIn, pages::books::devices, "機器"),
    get("/duties", Needs::SignedIn, pages::duties::show, "期限"),
    get("/books", Needs::SignedIn, pages::books::all, "台帳"),
    get("/books/{view}", Needs::SignedIn, pages::books::show, "台帳の一つ"),
    get("/books/{view}/print", Needs::SignedIn, pages::books::print, "台帳の印刷"),
    get("/books/{view}/export.csv", Needs::SignedIn, pages::books::csv, "台帳のCSV"),
    get("/books/{view}/export.xlsx", Needs::SignedIn, pages::books::xlsx, "台帳のExcel"),
    get("/books/{view}/{key}", Needs::SignedIn, pages::detail::show, "台帳の一行"),
    get("/books/{view}/{key}/print", Needs::SignedIn, pages::detail::print, "台帳の一行の印刷"),
    get("/acts/{act}", Needs::SignedIn, pages::acts::show, "操作のフォーム"),
    post("/acts/{act}", Needs::SignedIn, pages::acts::submit, "操作"),
    get("/evidence/{seq}", Needs::SignedIn, pages::evidence::show, "記録の証拠"),
    get("/evidence/{seq}/proof", Needs::SignedIn, pages::evidence::proof, "包含証明"),
    get("/regulation", Needs::SignedIn, pages::regulation::show, "規程"),
    get("/regulation/import", Needs::Act(&["profile.adopt"]), pages::reading::show, "規程の取込み"),
    post("/regulation/import", Needs::Act(&["profile.adopt"]), pages::reading::submit, "規程の読取り"),
    get("/regulation/versions", Needs::SignedIn, pages::versions::all, "規程の版"),
    get("/regulation/versions/{digest}", Needs::Act(&["profile.adopt"]), pages::versions::one, "規程の版の検討"),
    get("/regulation/readings/{id}", Needs::SignedIn, pages::versions::reading, "読み方"),
    post("/regulation/readings/{id}", Needs::Act(&["reading.decide"]), pages::versions::decide, "読み方の決定"),
    get("/verify", Needs::SignedIn, pages::verify::show, "検証"),
    post("/verify", Needs::SignedIn, pages::verify::now, "いま検証する"),
    post("/verify/proof", Needs::SignedIn, pages::verify::check, "包含証明の確認"),
    get("/api/openapi.json", Needs::Public, api::openapi::show, "APIの記述"),
    post("/api/v1/acts/{act}", Needs::SignedIn, api::acts::submit, "操作を行う"),
    get("/api/v1/books/{view}", Needs::SignedIn, api::books::show, "台帳を読む"),
    get("/api/v1/evidence/{seq}", Needs::SignedIn, api::books::evidence, "記録の証拠"),
    post("/access/v1/evaluation", Needs::Operations, api::authzen::evaluation, "AuthZENの判断"),
    post("/access/v1/evaluations", Needs::Operations, api::authzen::evaluations, "AuthZENの判断（複数）"),
    get("/log/checkpoint", Needs::Public, api::log::checkpoint, "検証点"),
    get("/log/vkey", Needs::Public, api::log::vkey, "検証鍵"),
    get("/log/tile/entries/{*path}", Needs::Operations, api::log::entries, "記録のタイル"),
    get("/log/tile/{*path}", Needs::Public, api::log::tile, "ハッシュのタイル"),
    get("/healthz", Needs::Public, api::operations::health, "稼働"),
    get("/metrics", Needs::Operations, api::operations::metrics, "計測値"),
    get("/static/{hash}/{name}", Needs::Public, statics::serve, "静的ファイル"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Routes that anybody may ask; the list may only shrink.
    const PUBLIC: [&str; 14] = [
        "GET /sign-in",
        "POST /sign-in",
        "GET /sign-in/card",
        "POST /sign-in/terminal",
        "POST /sign-in/reader",
        "GET /password",
        "POST /password",
        "GET /session/state",
        "GET /api/openapi.json",
        "GET /log/checkpoint",
        "GET /log/vkey",
        "GET /log/tile/{*path}",
        "GET /healthz",
        "GET /static/{hash}/{name}",
    ];

    #[test]
    fn no_route_is_ungated() {
        for route in ROUTES {
            let verb = if route.verb == Verb::Get { "GET" } else { "POST" };
            let name = format!("{verb} {}", route.path);
            let public = matches!(route.needs, Needs::Public);
            assert_eq!(public, PUBLIC.contains(&name.as_str()), "{name}");
            assert!(!route.about.is_empty(), "{name}");
        }
    }

    #[test]
    fn gates_name_acts_that_exist() {
        let registry = sekisho_ledgers::Registry::new(sekisho_ledgers::kinds::KINDS);
        for route in ROUTES {
            if let Needs::Act(acts) = route.needs {
                assert!(!acts.is_empty(), "{}", route.path);
                assert!(acts.iter().all(|act| registry.act(act).is_some()), "{}", route.path);
            }
        }
    }

    #[test]
    fn routes_of_one_path_stand_together_and_once() {
        let mut seen: Vec<(&str, Verb)> = Vec::new();
        for route in ROUTES {
            assert!(!seen.contains(&(route.path, route.verb)), "{} twice", route.path);
            let apart =
                seen.iter().any(|(path, _)| *path == route.path) && seen.last().map(|l| l.0) != Some(route.path);
            assert!(!apart, "{} stands apart", route.path);
            seen.push((route.path, route.verb));
        }
    }
}
