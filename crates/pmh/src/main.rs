//! The `pmh` program.

/// Answers are many small texts, made and dropped on several threads (docs/decisions/0004).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    pmh::main()
}
