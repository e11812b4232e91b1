//! `/healthz` and `/metrics`.

use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use sekisho_ledgers::kinds::history::view::Operation;
use sekisho_ledgers::ports::{CountBy, ListQuery};
use sekisho_ledgers::spec::View as _;
use sekisho_ledgers::value::Value;

use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;

/// `GET /healthz`: well when the store can be read.
pub(crate) fn health(web: &Web, _: &Call) -> Reply {
    let well = web.desk.house().ground().store.head().is_ok();
    let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((
        status,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        if well { "ok\n" } else { "store unavailable\n" },
    )
        .into_response())
}

/// `GET /metrics`
pub(crate) fn metrics(web: &Web, _: &Call) -> Reply {
    let mut out = acts(web)?;
    let (size, at_ms) = web.desk.house().reach();
    let verified = web.desk.verified();
    for (name, help, value) in [
        ("sekisho_log_size", "Entries in the log.", i64::try_from(size).unwrap_or(i64::MAX)),
        ("sekisho_log_last_entry_seconds", "Time of the last entry, seconds since the Unix epoch.", at_ms / 1000),
        ("sekisho_sessions", "People signed in.", i64::try_from(web.desk.signed_in()).unwrap_or(i64::MAX)),
        (
            "sekisho_verified_size",
            "Entries found sound by the last self-verification.",
            i64::try_from(verified.size).unwrap_or(i64::MAX),
        ),
        ("sekisho_verified_ok", "1 when the last self-verification found nothing.", i64::from(verified.ok)),
        (
            "sekisho_verified_seconds",
            "Time of the last self-verification, seconds since the Unix epoch.",
            verified.at_ms / 1000,
        ),
    ] {
        out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"));
    }
    out.push_str(&web.meters.text());
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response())
}

/// Acts by name, result and code, counted from the record itself.
fn acts(web: &Web) -> Result<String, Fault> {
    let by = ["act", "allowed", "code"].map(|column| CountBy::Column(column.to_owned()));
    let counts = web.desk.house().counts(Operation::SPEC, &ListQuery::default(), &by)?;
    let mut out = String::from(
        "# HELP sekisho_acts_total Recorded acts by name, result and code.\n# TYPE sekisho_acts_total counter\n",
    );
    for (row, count) in counts {
        let [Value::Text(act), Value::Bool(allowed), Value::Text(code)] = row.as_slice() else { continue };
        let result = if *allowed { "permit" } else { "refuse" };
        out.push_str(&format!(
            "sekisho_acts_total{{act=\"{}\",result=\"{result}\",code=\"{}\"}} {count}\n",
            label(act),
            label(code)
        ));
    }
    Ok(out)
}

/// A label's value: names and codes only, nothing that could break the line.
fn label(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn labels_cannot_break_out() {
        assert_eq!(super::label("a\"}\nb"), "ab");
        assert_eq!(super::label("card.lend"), "card.lend");
    }
}
