//! `datavault`: reads the command line, runs one command, prints its result.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::Parser;
use datavault_cli::{Arguments, Failure};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error),
    };
    let json = arguments.global.json;
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            EnvFilter::try_from_env("DATAVAULT_LOG").unwrap_or_else(|_| EnvFilter::new("warn,gateway=info")),
        )
        .with_ansi(coloured())
        .init();
    let rendered = arguments.run().await.and_then(|output| {
        let text = if json { output.json().map(|v| format!("{v:#}"))? } else { output.text() };
        Ok((text, output))
    });
    match rendered {
        Ok((text, output)) => {
            // A closed pipe (`| head`) is not an error of ours.
            let _ = writeln!(std::io::stdout(), "{text}");
            // Only now: a purchase is forgotten once it was told.
            drop(output);
            ExitCode::SUCCESS
        }
        Err(failure) => {
            print_failure(&failure, json);
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Help and version are no errors; what cannot be understood is one, and is JSON if that was asked for.
fn not_understood(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || !std::env::args_os().any(|word| word == "--json") {
        error.exit();
    }
    let text = error.render().to_string();
    let what = text.split("\n\n").next().unwrap_or(&text).trim_start_matches("error: ");
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let failure = Failure::usage(what).fix("`datavault <command> --help` shows what it takes");
    print_failure(&failure, true);
    ExitCode::from(failure.exit_code())
}

fn print_failure(failure: &Failure, json: bool) {
    let text = match json {
        true => format!("{:#}", failure.to_json()),
        false if coloured() => format!("\u{1b}[1;31merror:\u{1b}[0m {failure}"),
        false => format!("error: {failure}"),
    };
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn coloured() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
