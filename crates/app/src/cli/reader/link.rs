//! The way from a terminal to the server: JSON over HTTPS, and over plain HTTP on loopback only,
//! because the token travels in it.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sekisho_gate::card::Challenge;
use ureq::http::Uri;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

use crate::cli::{CliError, file_error};
use crate::reader_api::{Answer, Report, Reported};

/// How long the server may take for an answer.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// The server, as one terminal speaks to it.
pub(super) struct Link {
    agent: ureq::Agent,
    server: String,
    terminal: String,
    room: String,
    bearer: String,
}

/// Why the server was not heard.
#[derive(Debug)]
pub(super) enum LinkError {
    /// It turned the terminal away; trying again is of no use.
    Refused(String),
    /// It cannot be reached, or is busy.
    Unreachable(String),
}

impl Link {
    /// A link; nothing is sent yet.
    pub(super) fn new(
        server: &str,
        terminal: &str,
        room: &str,
        token: &str,
        ca: Option<&Path>,
    ) -> Result<Self, CliError> {
        let server = server.trim_end_matches('/').to_owned();
        check(&server)?;
        let roots = ca.map(roots).transpose()?.unwrap_or(RootCerts::WebPki);
        let tls = TlsConfig::builder().root_certs(roots).build();
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER_MAX))
            .http_status_as_error(false)
            // A redirection could lead the token elsewhere.
            .max_redirects(0)
            .tls_config(tls)
            .build();
        let (agent, bearer) = (config.new_agent(), format!("Bearer {token}"));
        Ok(Self { agent, server, terminal: terminal.to_owned(), room: room.to_owned(), bearer })
    }

    /// Reports the card; gives what it is to sign.
    pub(super) fn report(&self, certificate: Option<&[u8]>) -> Result<Option<Challenge>, LinkError> {
        let certificate = certificate.map(|der| BASE64.encode(der));
        let report = Report { terminal: self.terminal.clone(), room: self.room.clone(), certificate };
        let mut response = self.post("report", &report)?;
        let reported: Reported = response.body_mut().read_json().map_err(|e| unreachable_by(&e))?;
        let challenge = reported.challenge.and_then(|question| question.challenge());
        // Whatever a server asks, this card answers for this terminal only.
        Ok(challenge.filter(|challenge| challenge.terminal == self.terminal))
    }

    /// Sends the card's signature.
    pub(super) fn answer(&self, challenge: &Challenge, signature: &[u8]) -> Result<(), LinkError> {
        let (nonce, signature) = (BASE64.encode(challenge.nonce), BASE64.encode(signature));
        self.post("answer", &Answer { terminal: self.terminal.clone(), nonce, signature }).map(drop)
    }

    fn post(&self, what: &str, body: &impl serde::Serialize) -> Result<ureq::http::Response<ureq::Body>, LinkError> {
        let url = format!("{}/reader/v1/{what}", self.server);
        let sent = self.agent.post(url).header("Authorization", &self.bearer).send_json(body);
        let mut response = sent.map_err(|e| unreachable_by(&e))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let told = response.body_mut().read_json::<serde_json::Value>().ok();
        let told = told.as_ref().and_then(|body| body.get("error")?.as_str()).unwrap_or_default().to_owned();
        let sentence = format!("サーバーが端末「{}」を受け付けません（{}）。{told}", self.terminal, status.as_u16());
        // Only these will be the same the next time; a card that cannot be read may be replaced.
        let lasting = matches!(status.as_u16(), 401 | 403 | 404);
        if lasting { Err(LinkError::Refused(sentence)) } else { Err(LinkError::Unreachable(sentence)) }
    }
}

fn unreachable_by(e: &ureq::Error) -> LinkError {
    LinkError::Unreachable(e.to_string())
}

fn check(server: &str) -> Result<(), CliError> {
    let usage = |sentence: &str| Err(CliError::Usage(format!("`{server}`: {sentence}")));
    let Ok(uri) = server.parse::<Uri>() else { return usage("サーバーのURLとして読めません。") };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let near = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") if !host.is_empty() => Ok(()),
        Some("http") if near => Ok(()),
        Some("http") => usage("ループバック以外のサーバーには、httpsでつないでください。"),
        _ => usage("https://… の形で指定してください。"),
    }
}

fn roots(path: &Path) -> Result<RootCerts, CliError> {
    let pem = std::fs::read(path).map_err(|e| file_error(path, &e))?;
    let items = ureq::tls::parse_pem(&pem).filter_map(Result::ok);
    let certificates = items.filter_map(|item| match item {
        PemItem::Certificate(certificate) => Some(certificate),
        _ => None,
    });
    let certificates: Vec<Certificate<'static>> = certificates.collect();
    if certificates.is_empty() {
        return Err(CliError::Usage(format!("`{}`に証明書（PEM）がありません。", path.display())));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_travels_in_the_clear_on_loopback_only() {
        for near in ["http://127.0.0.1:8680", "http://[::1]:8680", "http://localhost", "https://sekisho.example"] {
            assert!(check(near).is_ok(), "{near}");
        }
        for far in ["http://10.0.0.1", "http://sekisho.example", "ftp://localhost", "localhost:8680", "", "https://"] {
            assert!(check(far).is_err(), "{far}");
        }
    }
}
