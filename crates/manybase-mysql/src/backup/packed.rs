//! The dump's file: packed as it is written, unpacked as it is read, a part at a time.

use flate2::Compression;
use flate2::write::{GzDecoder, GzEncoder};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The dump's name in the backup's directory; `zcat` shows it.
const PACKED: &str = "dump.sql.gz";
/// The same of a backup that was made before dumps were packed.
const PLAIN: &str = "dump.sql";
/// Most of what there is to win, at a third of the time.
const LEVEL: u32 = 3;
const CHUNK: usize = 64 * 1024;
/// So much is unpacked at once: a thousand times as much at the very most.
const BITE: usize = 1024;

/// Packs what passes by into a file.
pub(super) struct Packer {
    file: File,
    gzip: GzEncoder<Vec<u8>>,
}

impl Packer {
    pub(super) async fn create(directory: &Path) -> io::Result<Self> {
        Ok(Self {
            file: File::create_new(directory.join(PACKED)).await?,
            gzip: GzEncoder::new(Vec::new(), Compression::new(LEVEL)),
        })
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.gzip.write_all(bytes)?;
        self.pass_on().await
    }

    /// What is packed goes to the file, so that no more than a part is ever here.
    async fn pass_on(&mut self) -> io::Result<()> {
        let packed = self.gzip.get_mut();
        if packed.len() >= CHUNK {
            self.file.write_all(packed).await?;
            packed.clear();
        }
        Ok(())
    }

    pub(super) async fn end(mut self) -> io::Result<()> {
        let last = self.gzip.finish()?;
        self.file.write_all(&last).await?;
        self.file.flush().await
    }
}

/// Reads a dump, packed or not.
pub(super) struct Unpacker {
    path: PathBuf,
    file: File,
    gzip: Option<GzDecoder<Vec<u8>>>,
    chunk: Vec<u8>,
    /// Of the chunk, what was not unpacked yet.
    left: std::ops::Range<usize>,
    ended: bool,
    /// Read from the file.
    pub(super) done: u64,
}

impl Unpacker {
    pub(super) async fn open(directory: &Path) -> io::Result<Self> {
        let mut path = directory.join(PACKED);
        let mut opened = File::open(&path).await;
        let mut gzip = Some(GzDecoder::new(Vec::new()));
        if opened
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        {
            path = directory.join(PLAIN);
            opened = File::open(&path).await;
            gzip = None;
        }
        Ok(Self {
            file: opened.map_err(|error| named(&path, &error))?,
            path,
            gzip,
            chunk: vec![0; CHUNK],
            left: 0..0,
            ended: false,
            done: 0,
        })
    }

    /// The next part of the dump; `None` at its end.
    pub(super) async fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            if self.ended {
                return Ok(None);
            }
            if self.left.is_empty() {
                let read = self.file.read(&mut self.chunk).await;
                let read = read.map_err(|error| named(&self.path, &error))?;
                self.left = 0..read;
                self.done += read as u64;
            }
            let Some(gzip) = &mut self.gzip else {
                let part = self.left.clone();
                self.left = 0..0;
                return Ok(Some(&self.chunk[part]).filter(|part| !part.is_empty()));
            };
            gzip.get_mut().clear();
            if self.left.is_empty() {
                // Gives the rest, and looks whether all of it was there and was right.
                gzip.try_finish().map_err(|error| named(&self.path, &error))?;
                self.ended = true;
                break;
            }
            let end = self.left.end.min(self.left.start + BITE);
            let taken = gzip.write(&self.chunk[self.left.start..end]);
            let taken = taken.map_err(|error| named(&self.path, &error))?;
            if taken == 0 {
                let error = io::Error::new(
                    io::ErrorKind::InvalidData,
                    "something follows the end of the dump",
                );
                return Err(named(&self.path, &error));
            }
            self.left.start += taken;
            if !gzip.get_ref().is_empty() {
                break;
            }
        }
        let part = self.gzip.as_ref().map(|gzip| gzip.get_ref().as_slice());
        Ok(part.filter(|part| !part.is_empty()))
    }
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that pack well and lines that do not.
    fn dump() -> Vec<u8> {
        let mut dump = vec![b'0'; 3 << 20];
        let mut number = 1_u64;
        for _ in 0..200_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            dump.extend_from_slice(&number.to_le_bytes());
        }
        dump
    }

    async fn read(directory: &Path) -> io::Result<(Vec<u8>, usize)> {
        let mut unpacker = Unpacker::open(directory).await?;
        let (mut all, mut largest) = (Vec::new(), 0);
        while let Some(part) = unpacker.next().await? {
            all.extend_from_slice(part);
            largest = largest.max(part.len());
        }
        Ok((all, largest))
    }

    #[tokio::test]
    async fn there_and_back_in_small_parts() -> io::Result<()> {
        let directory = std::env::temp_dir().join(format!("manybase-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir(&directory)?;
        let dump = dump();
        let mut packer = Packer::create(&directory).await?;
        for part in dump.chunks(100_001) {
            packer.write(part).await?;
            assert!(packer.gzip.get_ref().len() < CHUNK, "it is passed on");
        }
        packer.end().await?;
        let (all, largest) = read(&directory).await?;
        assert!(all == dump && largest <= BITE * 1100, "{largest}");

        let path = directory.join(PACKED);
        let packed = std::fs::read(&path)?;
        assert!(packed.len() < dump.len() * 2 / 3);
        // What is cut off, changed or added to is told, with the file.
        let mut changed = packed.clone();
        changed[packed.len() / 2] ^= 1;
        let added = [&packed[..], b"x"].concat();
        for bad in [&packed[..packed.len() - 1], &changed[..], &added[..]] {
            std::fs::write(&path, bad)?;
            let error = read(&directory).await.map(|(all, _)| all.len()).unwrap_err();
            assert!(error.to_string().contains(PACKED), "{error}");
        }
        std::fs::remove_file(&path)?;
        std::fs::write(directory.join(PLAIN), &dump)?;
        assert!(read(&directory).await?.0 == dump);
        std::fs::remove_dir_all(&directory)
    }
}
