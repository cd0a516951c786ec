//! Latencies counted in buckets that grow with the value.

/// Bits of a value that a bucket keeps: a bucket is at most 1/128 of its values wide.
const KEPT_BITS: u32 = 7;
const HALF: u64 = 1 << KEPT_BITS;
/// Longer than this counts as this; [`Histogram::max`] still tells the true value.
const LONGEST_MICROS: u64 = 10_000_000;

/// Latencies in whole microseconds, exact below 256 µs, then within 1/128, up to 10 s.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max: u64,
}

impl Histogram {
    /// Counts one latency.
    pub fn record(&mut self, micros: u64) {
        let at = bucket(micros.min(LONGEST_MICROS));
        if self.buckets.len() <= at {
            self.buckets.resize(at + 1, 0);
        }
        self.buckets[at] += 1;
        self.count += 1;
        self.max = self.max.max(micros);
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Self) {
        if self.buckets.len() < other.buckets.len() {
            self.buckets.resize(other.buckets.len(), 0);
        }
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    /// How many were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The longest, in microseconds.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// Microseconds that `per_mille` of the latencies do not exceed: the upper end of the bucket,
    /// so a figure is never better than the truth. 0 if nothing was counted.
    #[must_use]
    pub fn quantile(&self, per_mille: u64) -> u64 {
        let rank = (self.count * per_mille.min(1000)).div_ceil(1000).max(1);
        let mut seen = 0;
        for (at, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return upper(at).min(self.max);
            }
        }
        self.max
    }

    /// [`Self::quantile`] in milliseconds.
    #[must_use]
    pub fn quantile_ms(&self, per_mille: u64) -> f64 {
        self.quantile(per_mille) as f64 / 1000.0
    }
}

/// Values below 256 have a bucket each; above, each power of two has 128.
fn bucket(value: u64) -> usize {
    let shift = shift(value);
    let at = u64::from(shift) * HALF + (value >> shift);
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The largest value of a bucket.
fn upper(at: usize) -> u64 {
    let at = at as u64;
    if at < 2 * HALF {
        return at;
    }
    let shift = at / HALF - 1;
    ((at - shift * HALF + 1) << shift) - 1
}

const fn shift(value: u64) -> u32 {
    (u64::BITS - value.leading_zeros()).saturating_sub(KEPT_BITS + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::default();
        for &value in values {
            histogram.record(value);
        }
        histogram
    }

    proptest! {
        #[test]
        fn a_quantile_is_that_of_the_sorted_values_rounded_up_by_at_most_one_in_128(
            mut values in prop::collection::vec(
                prop_oneof![0u64..600, 0u64..50_000, 0u64..=LONGEST_MICROS], 1..400),
            per_mille in 0u64..=1000,
        ) {
            let got = counted(&values).quantile(per_mille);
            values.sort_unstable();
            let rank = (values.len() as u64 * per_mille).div_ceil(1000).max(1);
            let want = values[usize::try_from(rank).unwrap() - 1];
            prop_assert!(want <= got && got <= want + want / HALF, "{got} for {want}");
        }

        #[test]
        fn merging_counts_as_if_all_had_gone_to_one(
            one in prop::collection::vec(0u64..20_000_000, 0..60),
            two in prop::collection::vec(0u64..20_000_000, 0..60),
        ) {
            let mut merged = counted(&one);
            merged.merge(&counted(&two));
            prop_assert_eq!(merged, counted(&[one, two].concat()));
        }
    }

    #[test]
    fn every_bucket_ends_where_the_next_begins() {
        for at in 0..bucket(LONGEST_MICROS) {
            assert_eq!(bucket(upper(at)), at);
            assert_eq!(bucket(upper(at) + 1), at + 1);
        }
    }

    #[test]
    fn an_empty_histogram_says_zero_and_a_very_long_latency_its_true_length() {
        assert_eq!(Histogram::default().quantile(990), 0);
        let long = counted(&[LONGEST_MICROS * 3]);
        assert_eq!((long.count(), long.max()), (1, LONGEST_MICROS * 3));
    }
}
