//! Small numbers as Parquet packs them: runs of one number, and groups of eight in as few bits as they need.

use bytes::Bytes;

use super::cursor::Unusual;

/// Numbers not yet read, of one page.
pub(super) struct Hybrid {
    data: Bytes,
    at: usize,
    width: usize,
    run: Run,
}

enum Run {
    Same {
        number: u32,
        left: usize,
    },
    /// `from` is where the run's bits begin.
    Packed {
        from: usize,
        next: usize,
        left: usize,
    },
}

impl Hybrid {
    /// Numbers of `width` bits.
    pub(super) fn new(data: Bytes, width: u8) -> Result<Self, Unusual> {
        if width > 32 {
            return Err(Unusual);
        }
        Ok(Self { data, at: 0, width: width.into(), run: Run::Same { number: 0, left: 0 } })
    }

    /// Takes `count` numbers at once if they are all the same.
    pub(super) fn same(&mut self, count: usize) -> Result<Option<u32>, Unusual> {
        self.turn()?;
        Ok(match &mut self.run {
            Run::Same { number, left } if *left >= count => {
                *left -= count;
                Some(*number)
            }
            _ => None,
        })
    }

    /// Takes `count` numbers, one after the other.
    pub(super) fn read(&mut self, count: usize, numbers: &mut Vec<u32>) -> Result<(), Unusual> {
        let mut missing = count;
        while missing > 0 {
            self.turn()?;
            match &mut self.run {
                Run::Same { number, left } => {
                    let taken = missing.min(*left);
                    numbers.resize(numbers.len() + taken, *number);
                    *left -= taken;
                    missing -= taken;
                }
                Run::Packed { from, next, left } => {
                    let taken = missing.min(*left);
                    unpack(&self.data[*from..self.at], self.width, *next, taken, numbers)?;
                    *next += taken;
                    *left -= taken;
                    missing -= taken;
                }
            }
        }
        Ok(())
    }

    /// Goes to the next run once this one is used up.
    fn turn(&mut self) -> Result<(), Unusual> {
        let (Run::Same { left, .. } | Run::Packed { left, .. }) = &self.run;
        if *left > 0 {
            return Ok(());
        }
        let header = self.header()?;
        let count = usize::try_from(header >> 1).map_err(|_| Unusual)?;
        if count == 0 {
            return Err(Unusual);
        }
        if header & 1 == 0 {
            let bytes = self.width.div_ceil(8);
            let mut number = [0; 4];
            number[..bytes].copy_from_slice(self.data.get(self.at..self.at + bytes).ok_or(Unusual)?);
            let number = u32::from_le_bytes(number);
            if self.width < 32 && number >> self.width > 0 {
                return Err(Unusual);
            }
            self.at += bytes;
            self.run = Run::Same { number, left: count };
        } else {
            // A writer may leave out the end of the last group.
            let bytes = count.checked_mul(self.width).ok_or(Unusual)?.min(self.data.len() - self.at);
            let left = count.checked_mul(8).ok_or(Unusual)?;
            self.run = Run::Packed { from: self.at, next: 0, left };
            self.at += bytes;
        }
        Ok(())
    }

    fn header(&mut self) -> Result<u64, Unusual> {
        let mut header = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = *self.data.get(self.at).ok_or(Unusual)?;
            self.at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(header);
            }
        }
        Err(Unusual)
    }
}

/// Takes `count` numbers from the one with this index on.
fn unpack(packed: &[u8], width: usize, index: usize, count: usize, numbers: &mut Vec<u32>) -> Result<(), Unusual> {
    let bits = (index + count).checked_mul(width).ok_or(Unusual)?;
    if bits.div_ceil(8) > packed.len() {
        return Err(Unusual);
    }
    let (mut index, end) = (index, index + count);
    numbers.reserve(count);
    while index < end && !index.is_multiple_of(8) {
        numbers.push(single(packed, width, index));
        index += 1;
    }
    while index + 8 <= end {
        let group = packed[index / 8 * width..].first_chunk::<16>();
        match group {
            Some(group) if width <= 16 => numbers.extend_from_slice(&eight(*group, width)),
            _ => (index..index + 8).for_each(|index| numbers.push(single(packed, width, index))),
        }
        index += 8;
    }
    while index < end {
        numbers.push(single(packed, width, index));
        index += 1;
    }
    Ok(())
}

/// Eight numbers of at most 16 bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "masked to at most 16 bits just before")]
fn eight(group: [u8; 16], width: usize) -> [u32; 8] {
    let mut numbers = [0; 8];
    let mask = (1_u64 << width) - 1;
    let word = u128::from_le_bytes(group);
    if width <= 8 {
        let word = word as u64;
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = ((word >> (index * width)) & mask) as u32;
        }
    } else {
        let halves = [word as u64, (word >> (4 * width)) as u64];
        for (index, number) in numbers.iter_mut().enumerate() {
            *number = ((halves[index / 4] >> (index % 4 * width)) & mask) as u32;
        }
    }
    numbers
}

/// The number with this index; its bits are there.
#[expect(clippy::cast_possible_truncation, reason = "masked to at most 32 bits just before")]
fn single(packed: &[u8], width: usize, index: usize) -> u32 {
    let bit = index * width;
    let mut bytes = [0; 8];
    let rest = &packed[(bit / 8).min(packed.len())..];
    let there = rest.len().min(8);
    bytes[..there].copy_from_slice(&rest[..there]);
    ((u64::from_le_bytes(bytes) >> (bit % 8)) & ((1_u64 << width) - 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(numbers: &[u32], width: usize) -> Vec<u8> {
        let mut bytes = vec![0_u8; numbers.len().next_multiple_of(8) * width / 8];
        for (index, number) in numbers.iter().enumerate() {
            for bit in (0..width).filter(|bit| number >> bit & 1 == 1) {
                bytes[(index * width + bit) / 8] |= 1 << ((index * width + bit) % 8);
            }
        }
        bytes
    }

    #[test]
    fn numbers_of_every_width_are_read_in_any_portions() {
        for width in 0..=32_u8 {
            let most = u32::try_from((1_u64 << width) - 1).unwrap();
            let numbers: Vec<u32> = (0..45_u32).map(|n| n.wrapping_mul(2_654_435_761) & most).collect();
            let mut data = vec![6 << 1 | 1];
            data.extend(packed(&numbers, width.into()));
            data.push(9 << 1);
            data.extend_from_slice(&most.to_le_bytes()[..usize::from(width).div_ceil(8)]);
            let mut expected = numbers;
            expected.resize(48, 0);
            expected.resize(57, most);
            for portion in [1, 3, 8, 13, 57] {
                let mut hybrid = Hybrid::new(Bytes::from(data.clone()), width).unwrap();
                let mut read = Vec::new();
                while read.len() < 57 {
                    hybrid.read(portion.min(57 - read.len()), &mut read).unwrap();
                }
                assert_eq!(read, expected, "{width} bits, {portion} at once");
                assert!(hybrid.read(1, &mut read).is_err(), "there are no more");
            }
        }
    }

    #[test]
    fn runs_are_told_and_what_is_no_run_is_unusual() {
        let mut levels = Hybrid::new(Bytes::from_static(&[200, 1, 1, 3, 0b1010_0101]), 1).unwrap();
        assert_eq!(levels.same(60).unwrap(), Some(1));
        assert_eq!(levels.same(60).unwrap(), None, "40 are left");
        assert_eq!(levels.same(40).unwrap(), Some(1));
        assert_eq!(levels.same(8).unwrap(), None);
        let mut read = Vec::new();
        levels.read(8, &mut read).unwrap();
        assert_eq!(read, [1, 0, 1, 0, 0, 1, 0, 1]);
        assert!(levels.same(1).is_err());
        assert!(Hybrid::new(Bytes::new(), 33).is_err());
        for bad in [&[0_u8, 0][..], &[2, 2], &[255, 255, 255, 255, 255, 1], &[2]] {
            let mut levels = Hybrid::new(Bytes::copy_from_slice(bad), 1).unwrap();
            assert!(levels.read(1, &mut Vec::new()).is_err(), "{bad:?}");
        }
        // A run may claim any number of groups; only bits that are there are numbers.
        let mut long = Hybrid::new(Bytes::from_static(&[255, 255, 255, 255, 15, 7]), 2).unwrap();
        let mut read = Vec::new();
        long.read(4, &mut read).unwrap();
        assert_eq!(read, [3, 1, 0, 0]);
        assert!(long.read(1, &mut read).is_err());
    }
}
