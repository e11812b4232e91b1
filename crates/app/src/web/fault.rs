//! What may go wrong before a page is there: each with a status, a sentence and what to do next.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use sekisho_gate::Decision;
use sekisho_ledgers::ports::StoreError;
use sekisho_ledgers::{ActError, Receipt};

use super::Web;
use super::call::{Call, encode};
use super::frame::{self, Head};
use super::parts::decision;
use crate::desk::DeskError;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nobody is signed in; the reason is `none`, `card`, `time` or `superseded`.
    SignedOut(&'static str),
    /// The page is not open in this capacity. Nothing is recorded.
    Closed(Box<Decision>),
    /// An act was refused and recorded.
    Refused(Box<Receipt>),
    /// No such page or thing.
    NotFound,
    /// The page is not asked in this way.
    Method,
    /// The request is too big; the most that is taken, in bytes.
    TooLarge(usize),
    /// Too many requests.
    TooMany,
    /// The form is not of this session.
    Csrf,
    /// Something in the request cannot be read.
    Bad(String),
    /// Only from this machine or with the operations token.
    Operations,
    /// The store fails.
    Store(StoreError),
    /// Nothing can be recorded.
    Act(ActError),
    /// Something else.
    Internal(String),
}

impl From<DeskError> for Fault {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::SignedOut => Self::SignedOut("none"),
            DeskError::Input(errors) => {
                Self::Bad(errors.into_iter().map(|error| error.sentence).collect::<Vec<_>>().join(" "))
            }
            DeskError::Act(error) => Self::Act(error),
            DeskError::Store(error) => Self::Store(error),
            DeskError::NotFound => Self::NotFound,
            DeskError::Internal(cause) => Self::Internal(cause),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Fault {
    /// The status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut(_) => StatusCode::UNAUTHORIZED,
            Self::Closed(_) | Self::Refused(_) | Self::Csrf | Self::Operations => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::Store(_) | Self::Act(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Title and sentence for the person.
    pub(crate) fn words(&self) -> (&'static str, String) {
        let plain = |title: &'static str, sentence: &str| (title, sentence.to_owned());
        match self {
            Self::SignedOut(_) => plain("サインインが必要です", "サインインの画面で、サインインしてください。"),
            Self::Closed(decision) => ("この立場では開けない画面です", decision.sentence.to_string()),
            Self::Refused(receipt) => ("できませんでした", receipt.decision.sentence.to_string()),
            Self::NotFound => plain(
                "ページが見つかりません",
                "アドレスが変わったか、対象が台帳にありません。左の一覧から選び直してください。",
            ),
            Self::Method => plain("この方法では開けません", "画面のボタンかリンクから開いてください。"),
            Self::TooLarge(most) => (
                "送信された内容が大きすぎます",
                format!("一度に送れるのは{}までです。内容を分けて、もう一度送ってください。", size_ja(*most)),
            ),
            Self::TooMany => {
                plain("操作の回数が多すぎます", "1分ほど待ってから、もう一度行ってください。何も記録されていません。")
            }
            Self::Csrf => plain(
                "フォームの有効期限が切れました",
                "サインインし直したあとの古い画面から送信されたため、受け付けませんでした。画面を開き直して入力してください。何も記録されていません。",
            ),
            Self::Bad(sentence) => ("入力を確かめてください", sentence.clone()),
            Self::Operations => plain(
                "運用者だけが開けます",
                "このサーバー自身から開くか、設定した運用トークンを付けて要求してください。",
            ),
            Self::Store(StoreError::NoSuchColumn(_)) => {
                plain("条件を確かめてください", "並べ替えや絞り込みの項目が台帳にありません。")
            }
            Self::Store(_) => plain(
                "台帳を読み出せません",
                "情報システムの担当者に連絡してください。復旧するまで操作は受け付けられません。",
            ),
            Self::Act(error) => ("受け付けられません", error.to_string()),
            Self::Internal(_) => plain(
                "処理を続けられません",
                "情報システムの担当者に、この画面の時刻を伝えてください。入力した操作が記録されたかは、操作履歴で確かめられます。",
            ),
        }
    }

    fn code(&self) -> &str {
        match self {
            Self::SignedOut(_) => "SIGNED_OUT",
            Self::Closed(decision) => &decision.code,
            Self::Refused(receipt) => &receipt.decision.code,
            Self::NotFound => "NOT_FOUND",
            Self::Method => "METHOD",
            Self::TooLarge(_) => "TOO_LARGE",
            Self::TooMany => "TOO_MANY",
            Self::Csrf => "CSRF",
            Self::Bad(_) => "BAD_REQUEST",
            Self::Operations => "OPERATIONS",
            Self::Store(_) => "STORE_UNAVAILABLE",
            Self::Act(_) => "HISTORY_UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// The answer, in the way the path speaks.
    pub(crate) fn answer(&self, web: &Web, call: &Call) -> Response {
        if let Self::Store(StoreError::Unavailable(cause) | StoreError::Damaged(cause)) | Self::Internal(cause) = self {
            tracing::error!(%cause, "a request failed");
        }
        if call.speaks_json() {
            return self.json(web);
        }
        if let Self::SignedOut(reason) = self {
            let back = if call.method == "GET" && call.path() != "/" { encode(&call.target) } else { String::new() };
            return Redirect::to(&format!("/sign-in?reason={reason}&back={back}")).into_response();
        }
        let (title, sentence) = self.words();
        let body = match self {
            Self::Closed(decision) => decision::refusal(web, decision, None),
            Self::Refused(receipt) => decision::of_receipt(web, receipt),
            _ => html! { div.notice.bad role="alert" { p { (sentence) } } },
        };
        let body = html! {
            (body)
            @if let (Self::Closed(decision), Some(live)) = (self, &call.live) { (frame::switches(web, live, &decision.act, &call.target)) }
            p.acts {
                @if call.live.is_some() { a.button href="/" { "今日の画面へ" } }
                @else { a.button href="/sign-in" { "サインインの画面へ" } }
            }
        };
        frame::page(web, call, &Head { title, room: "", status: self.status() }, &body)
    }

    fn json(&self, web: &Web) -> Response {
        let (_, sentence) = self.words();
        let mut body = serde_json::json!({ "code": self.code(), "sentence": sentence });
        let decision = match self {
            Self::Closed(decision) => Some(&**decision),
            Self::Refused(receipt) => Some(&receipt.decision),
            _ => None,
        };
        if let (Some(decision), Some(object)) = (decision, body.as_object_mut()) {
            object.insert("decision".to_owned(), decision::json(web, decision));
        }
        let kind = [(header::CONTENT_TYPE, "application/json")];
        (self.status(), kind, body.to_string()).into_response()
    }
}

fn size_ja(bytes: usize) -> String {
    if bytes >= 1 << 20 { format!("{}MB", bytes >> 20) } else { format!("{}KB", bytes >> 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_says_what_to_do() {
        for fault in
            [Fault::NotFound, Fault::Method, Fault::TooLarge(1 << 20), Fault::TooMany, Fault::Csrf, Fault::Operations]
        {
            let (title, sentence) = fault.words();
            assert!(!title.is_empty() && sentence.ends_with('。'), "{title}");
            assert!(sentence.contains("ください"), "{sentence}");
        }
    }
}
