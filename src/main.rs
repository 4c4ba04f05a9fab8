//! The `coverledger` command.

fn main() -> std::process::ExitCode {
    coverledger::cli::main()
}
