//! How a verifier's report is told: sentences for people, one object for programs.

use sekisho_record::verify::{Finding, Place, Report};
use serde_json::{Value, json};

use crate::cli::{Done, Format, say};

/// Tells what was found; refused when the log is not sound.
pub(crate) fn tell(report: &Report, outside: usize, texts: bool, format: Format) -> Done {
    if format == Format::Json {
        say(to_json(report, outside, texts));
    } else {
        tell_people(report, outside, texts);
    }
    done(report)
}

/// How a command ends with this report.
pub(crate) const fn done(report: &Report) -> Done {
    if report.is_sound() { Done::Well } else { Done::Refused }
}

/// The findings as lines.
pub(crate) fn lines(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = report.findings.iter().map(|f| format!("  {}\t{f}", f.code())).collect();
    if report.findings_left_out > 0 {
        lines.push(format!("  ほかに{}件あります。", report.findings_left_out));
    }
    lines
}

fn tell_people(report: &Report, outside: usize, texts: bool) {
    if report.is_sound() {
        say(format_args!("記録は健全です（{}件）。", report.entries));
    } else {
        let count = report.findings.len() + report.findings_left_out;
        say(format_args!("記録に異状があります（記録{}件のうち、指摘{count}件）。", report.entries));
        lines(report).iter().for_each(say);
    }
    if let Some(checkpoint) = &report.checkpoint {
        say(format_args!("  検証点: {} {}件 {}", checkpoint.origin, checkpoint.size, checkpoint.root));
    }
    if let Some(key) = &report.key {
        say(format_args!("  検証鍵: {key}"));
    }
    if !texts {
        say("  非公開の本文は照合していません（書き出した記録か、鍵がないため）。");
    }
    match outside {
        0 => {
            say("  外に保管した検証点とは照らしていません。切捨てや古い写しは、それだけが見分けます（--checkpoint）。")
        }
        n if report.is_sound() => say(format_args!("  外に保管した検証点{n}件と一致しました。")),
        n => say(format_args!("  外に保管した検証点{n}件と照らしました。")),
    }
    for signer in &report.unknown_signers {
        say(format_args!("  検証点には、ここでは確かめられない署名もあります: {signer}"));
    }
}

/// The report as one object.
pub(crate) fn to_json(report: &Report, outside: usize, texts: bool) -> Value {
    let checkpoint = report.checkpoint.as_ref();
    json!({
        "sound": report.is_sound(),
        "entries": report.entries,
        "checkpoint": checkpoint.map(|c| json!({"origin": c.origin, "size": c.size, "root": c.root.to_string()})),
        "key": report.key.as_ref().map(ToString::to_string),
        "outside_checkpoints": outside,
        "texts_checked": texts,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "findings_left_out": report.findings_left_out,
        "unknown_signers": report.unknown_signers,
    })
}

fn finding(finding: &Finding) -> Value {
    let place = match finding.place() {
        Place::Log => json!({"log": true}),
        Place::Entries { first, last } => json!({"first": first, "last": last}),
        Place::Tile(id) => json!({"tile": id.path()}),
        Place::Outside(number) => json!({"outside": number}),
    };
    json!({"code": finding.code(), "place": place, "sentence": finding.to_string()})
}
