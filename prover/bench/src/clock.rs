//! CPU and wall time of work in this process.

use std::time::Instant;

use anyhow::Result;
use cpu_time::ProcessTime;

/// What one run cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Of all threads, user and system.
    pub cpu_s: f64,
    pub wall_s: f64,
}

/// Runs `work` and tells what it cost.
pub fn cost(work: impl FnOnce() -> Result<()>) -> Result<Cost> {
    let (cpu, wall) = (ProcessTime::now(), Instant::now());
    work()?;
    Ok(Cost { cpu_s: cpu.elapsed().as_secs_f64(), wall_s: wall.elapsed().as_secs_f64() })
}

/// The medians of both times, each by itself.
pub fn median(costs: &[Cost]) -> Cost {
    Cost { cpu_s: middle(costs.iter().map(|cost| cost.cpu_s)), wall_s: middle(costs.iter().map(|cost| cost.wall_s)) }
}

/// The middle of some figures; zero if there are none.
pub fn middle(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
