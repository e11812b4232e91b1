//! What the server counts about itself, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the duration histogram, in milliseconds.
const BOUNDS_MS: [u64; 10] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000];

/// Counters of answered requests.
#[derive(Default)]
pub(crate) struct Meters {
    classes: [AtomicU64; 6],
    buckets: [AtomicU64; BOUNDS_MS.len()],
    count: AtomicU64,
    sum_us: AtomicU64,
}

impl Meters {
    /// Counts an answer.
    pub(crate) fn count(&self, status: u16, took: Duration) {
        if let Some(class) = self.classes.get(usize::from(status / 100)) {
            class.fetch_add(1, Ordering::Relaxed);
        }
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        for (bound, bucket) in BOUNDS_MS.iter().zip(&self.buckets) {
            if ms <= *bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(u64::try_from(took.as_micros()).unwrap_or(0), Ordering::Relaxed);
    }

    /// The counters as Prometheus reads them.
    pub(crate) fn text(&self) -> String {
        let mut out = String::from("# HELP sekisho_http_requests_total Answered requests by class of status.\n");
        out.push_str("# TYPE sekisho_http_requests_total counter\n");
        for (class, count) in self.classes.iter().enumerate().skip(1) {
            out.push_str(&format!(
                "sekisho_http_requests_total{{class=\"{class}xx\"}} {}\n",
                count.load(Ordering::Relaxed)
            ));
        }
        out.push_str("# HELP sekisho_http_duration_seconds Time until the answer was ready.\n");
        out.push_str("# TYPE sekisho_http_duration_seconds histogram\n");
        for (bound, bucket) in BOUNDS_MS.iter().zip(&self.buckets) {
            out.push_str(&format!(
                "sekisho_http_duration_seconds_bucket{{le=\"{}.{:03}\"}} {}\n",
                bound / 1000,
                bound % 1000,
                bucket.load(Ordering::Relaxed)
            ));
        }
        let count = self.count.load(Ordering::Relaxed);
        let sum_us = self.sum_us.load(Ordering::Relaxed);
        out.push_str(&format!("sekisho_http_duration_seconds_bucket{{le=\"+Inf\"}} {count}\n"));
        out.push_str(&format!(
            "sekisho_http_duration_seconds_sum {}.{:06}\nsekisho_http_duration_seconds_count {count}\n",
            sum_us / 1_000_000,
            sum_us % 1_000_000
        ));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_fall_in_their_buckets() {
        let meters = Meters::default();
        meters.count(200, Duration::from_millis(3));
        meters.count(404, Duration::from_millis(30));
        let text = meters.text();
        assert!(text.contains("class=\"2xx\"} 1") && text.contains("class=\"4xx\"} 1"));
        assert!(text.contains("le=\"0.005\"} 1") && text.contains("le=\"0.050\"} 2"));
        assert!(text.contains("_count 2"));
    }
}
