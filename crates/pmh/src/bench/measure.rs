//! What is read off a machine: monotonic time, memory, processor time, bytes on disk.
//!
//! The one file of the benchmarks that reads a clock, and it is not the calendar's: durations only.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Clock ticks of `/proc/<pid>/stat` are hundredths of a second on every Linux that we build for.
const TICK_MICROS: u64 = 10_000;

/// Now, for durations.
#[must_use]
pub fn tick() -> Instant {
    Instant::now()
}

/// Whole microseconds.
#[must_use]
pub fn micros(of: Duration) -> u64 {
    u64::try_from(of.as_micros()).unwrap_or(u64::MAX)
}

/// `count` in `time`, per second; 0 if no time passed.
#[must_use]
pub fn per_second(count: u64, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { count as f64 / time.as_secs_f64() }
}

/// Memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Resident now (VmRSS), in KiB.
    pub now_kib: u64,
    /// Most ever resident (VmHWM), in KiB.
    pub peak_kib: u64,
}

impl Memory {
    /// Of a running process; none if it is gone or the system has no `/proc`.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        Self::read(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
    }

    fn read(status: &str) -> Option<Self> {
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix(" kB")?.trim().parse().ok()
        };
        Some(Self { now_kib: kib("VmRSS:")?, peak_kib: kib("VmHWM:")? })
    }

    /// The peak in MiB: what a machine must have.
    #[must_use]
    pub fn peak_mib(self) -> f64 {
        self.peak_kib as f64 / 1024.0
    }

    /// Now, in MiB.
    #[must_use]
    pub fn now_mib(self) -> f64 {
        self.now_kib as f64 / 1024.0
    }
}

/// Processor time that a process has used so far, user and system.
#[must_use]
pub fn processor_time(pid: u32) -> Option<Duration> {
    ticks(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
        .map(|ticks| Duration::from_micros(ticks * TICK_MICROS))
}

/// Fields 14 and 15; the second field is the program's name, in parentheses, and may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// The bytes of all files below `dir`; what cannot be read counts nothing.
#[must_use]
pub fn bytes_below(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => bytes_below(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

/// The middle value, the lower one of two; none of none.
#[must_use]
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_status_of_a_process() {
        let status = "Name:\tpmh\nVmHWM:\t   20480 kB\nVmRSS:\t    1024 kB\n";
        let memory = Memory::read(status).unwrap();
        assert_eq!((memory.now_kib, memory.peak_kib), (1024, 20_480));
        assert!(memory.peak_mib() > 19.9 && memory.now_mib() < 1.1);
        assert_eq!(Memory::read("Name:\tgone\n"), None);
        assert!(Memory::of(std::process::id()).unwrap().peak_kib > 0);
    }

    #[test]
    fn a_program_name_may_hold_spaces_and_parentheses() {
        assert_eq!(ticks("7 (a) b) S 1 7 7 0 -1 4 9 0 0 0 31 11 0 0 20 0"), Some(42));
        assert_eq!(ticks("7 (a"), None);
    }

    #[test]
    fn the_median_of_an_even_number_is_the_lower_one() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.0));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn files_in_folders_count() {
        let dir = std::env::temp_dir().join(format!("pmh-measure-{}", std::process::id()));
        fs::create_dir_all(dir.join("a/b")).unwrap();
        fs::write(dir.join("one"), [0; 10]).unwrap();
        fs::write(dir.join("a/b/two"), [0; 32]).unwrap();
        let bytes = bytes_below(&dir);
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(bytes, 42);
    }
}
