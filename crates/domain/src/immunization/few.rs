//! A short list without allocation: the doses of one series, the ranges of one window.

/// At most `N` values; what is pushed beyond is dropped and [`Few::push`] says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Few<T, const N: usize> {
    items: [T; N],
    len: usize,
}

impl<T: Copy + Default, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self { items: [T::default(); N], len: 0 }
    }
}

impl<T: Copy + Default, const N: usize> Few<T, N> {
    /// Whether there was room.
    pub(super) fn push(&mut self, item: T) -> bool {
        let room = self.len < N;
        if room {
            self.items[self.len] = item;
            self.len += 1;
        }
        room
    }

    pub(super) fn as_slice(&self) -> &[T] {
        &self.items[..self.len]
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items[..self.len]
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_dropped_and_said() {
        let mut few = Few::<u8, 2>::default();
        assert!(few.push(1) && few.push(2) && !few.push(3));
        assert_eq!(few.as_slice(), [1, 2]);
        few.clear();
        assert!(few.as_slice().is_empty());
    }
}
