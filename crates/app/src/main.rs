//! `sekisho`: the program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sekisho::cli::run()
}
