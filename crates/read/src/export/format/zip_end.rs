//! The number of files in a ZIP archive, read before a list of them is allocated: each takes some hundred bytes of memory and
//! 46 in the archive.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// The end of a directory, and a comment behind it, of 64 KiB at most; and what stands before them in large archives.
const TAIL_BYTES: u64 = 22 + (1 << 16) + 20 + 56;
const END: &[u8] = b"PK\x05\x06";
const LARGE_END: &[u8] = b"PK\x06\x06";
const LOCATOR: &[u8] = b"PK\x06\x07";

/// The most that any end of a directory in it says.
pub(super) fn claimed_files(file: &mut File) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    let tail = read_at(file, length.saturating_sub(TAIL_BYTES), TAIL_BYTES)?;
    let mut most = 0;
    for at in memchr::memmem::find_iter(&tail, END) {
        most = most.max(number::<2>(&tail, at + 10));
        // A large archive says where the end is that has room for its numbers.
        let locator =
            at.checked_sub(20).and_then(|at| tail.get(at..)).filter(|locator| locator.starts_with(LOCATOR));
        if let Some(locator) = locator {
            let large = read_at(file, number::<8>(locator, 8), 56)?;
            most = most.max(if large.starts_with(LARGE_END) { number::<8>(&large, 32) } else { 0 });
        }
    }
    let large = memchr::memmem::find_iter(&tail, LARGE_END).map(|at| number::<8>(&tail, at + 32));
    Ok(most.max(large.max().unwrap_or_default()))
}

fn read_at(file: &mut File, at: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    Read::by_ref(file).take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A number of so many bytes, the least first; 0 where there are not as many.
fn number<const BYTES: usize>(bytes: &[u8], at: usize) -> u64 {
    let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk::<BYTES>());
    bytes.map_or(0, |bytes| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn claimed(bytes: &[u8]) -> u64 {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        claimed_files(&mut file).unwrap()
    }

    #[test]
    fn the_end_of_a_directory_says_how_many_files_there_are() {
        let end = |files: u16| {
            let mut end = END.to_vec();
            end.extend([0; 4]);
            end.extend([files.to_le_bytes(), files.to_le_bytes()].concat());
            end.extend([0; 10]);
            end
        };
        assert_eq!(claimed(&[vec![7; 100], end(3)].concat()), 3);
        assert_eq!(claimed(&[end(9), vec![7; 60_000]].concat()), 9, "with a comment");
        assert_eq!(claimed(b"PK"), 0);
        assert_eq!(claimed(b"PK\x05\x06"), 0);
        let mut large = LARGE_END.to_vec();
        large.extend([0; 20]);
        large.extend([1_000_000_u64.to_le_bytes(), 1_000_000_u64.to_le_bytes()].concat());
        large.extend([0; 16]);
        let locator = [LOCATOR, &[0; 4], &0_u64.to_le_bytes(), &[1, 0, 0, 0]].concat();
        // Far before the tail: only the locator knows it.
        let whole = [large, vec![7; 200_000], locator, end(5)].concat();
        assert_eq!(claimed(&whole), 1_000_000);
    }
}
