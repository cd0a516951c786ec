//! The `pmh` program.

fn main() -> std::process::ExitCode {
    pmh::main()
}
