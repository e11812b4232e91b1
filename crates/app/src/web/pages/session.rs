//! The session itself: its state, the capacity, its end.

use axum::response::{IntoResponse as _, Redirect};

use super::sign_in::append_cookie;
use crate::desk::Outcome;
use crate::web::Web;
use crate::web::call::{Call, Reply, safe_back, with_done};
use crate::web::dispatch::{set_cookie, why_ended};
use crate::web::fault::Fault;
use crate::web::frame::clock;

/// `GET /session/state`: asked every second by open pages; it does not keep the session alive.
pub(crate) fn state(web: &Web, call: &Call) -> Reply {
    let live = call.token.as_deref().and_then(|token| web.desk.live_quietly(token));
    let body = match live {
        Some(live) => serde_json::json!({ "live": true, "left": clock(live.seconds_left(&web.desk)) }),
        None => {
            serde_json::json!({ "live": false, "reason": why_ended(web, call) })
        }
    };
    Ok(axum::Json(body).into_response())
}

/// `POST /session/capacity`
pub(crate) fn capacity(web: &Web, call: &Call) -> Reply {
    let token = call.token.as_deref().ok_or(Fault::SignedOut("none"))?;
    match web.desk.switch_capacity(token, call.form.get("to"))? {
        Outcome::Done((), receipt) => {
            let back = safe_back(call.form.get("back"), "/");
            Ok(Redirect::to(&with_done(back, receipt.seq)).into_response())
        }
        Outcome::Refused(receipt) => Err(Fault::Refused(Box::new(receipt))),
    }
}

/// `POST /session/pull`: pulls the card from the virtual reader.
pub(crate) fn pull(web: &Web, call: &Call) -> Reply {
    if !web.desk.is_demo() {
        return Err(Fault::NotFound);
    }
    web.desk.readers().pull(&call.live()?.terminal);
    Ok(Redirect::to("/sign-in?reason=card").into_response())
}

/// `POST /sign-out`
pub(crate) fn sign_out(web: &Web, call: &Call) -> Reply {
    if let Some(token) = &call.token {
        web.desk.sign_out(token);
    }
    let mut response = Redirect::to("/sign-in?reason=signed_out").into_response();
    append_cookie(&mut response, &set_cookie("sekisho", "", Some(0), web.options.tls))?;
    Ok(response)
}
