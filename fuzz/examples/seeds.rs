//! Makes what the target `reader` starts from: `corpus/reader`, from the regulations of the tests cut
//! into articles, and `reader.dict`, from `words.txt`.

use std::path::Path;
use std::{fs, io};

use sekisho_fuzz::{MARK, TEMPLATES, TEXT, WORDS, words};
use sekisho_regulation::reader::Source;

/// How long a part of a regulation is at most, in bytes.
const PART_MAX: usize = 700;

fn main() -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = here.join("corpus/reader");
    fs::create_dir_all(&out)?;
    let mut count = 0usize;
    let mut put = |bytes: &[u8]| {
        count += 1;
        fs::write(out.join(format!("seed-{count:04}")), bytes)
    };
    for file in fs::read_dir(here.join("../crates/regulation/tests/corpus"))? {
        let path = file?.path();
        if path.extension().is_none_or(|end| end != "txt") {
            continue;
        }
        let source = Source::decode(&fs::read(&path)?).map_err(io::Error::other)?;
        for (i, part) in parts(source.text()).iter().enumerate() {
            put(part.as_bytes())?;
            put(&[&[TEXT + 1], part.as_bytes()].concat())?;
            let other = if i % 2 == 0 { encoding_rs::SHIFT_JIS } else { encoding_rs::EUC_JP };
            put(&other.encode(part).0)?;
        }
    }
    for (i, template) in (0u8..).zip(TEMPLATES) {
        put(template.replace(MARK, "室").as_bytes())?;
        // Every word stands in some input with every template.
        for from in (0u8..=255).step_by(16) {
            let rest: Vec<u8> = (0..16).flat_map(|n| [from + n, if n % 4 == 3 { 0 } else { from }]).collect();
            put(&[&[WORDS + i], rest.as_slice()].concat())?;
        }
    }
    println!("{count} seeds in {}", out.display());
    let entries = words().iter().map(|word| {
        let bytes: String = word.bytes().map(|b| format!("\\x{b:02x}")).collect();
        format!("\"{bytes}\"\n")
    });
    fs::write(here.join("reader.dict"), entries.collect::<String>())
}

/// The lines of a text, in parts that end before an article.
fn parts(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    for line in text.lines() {
        let last = out.last().map_or(0, String::len);
        let opens = line.starts_with(['第', '(', '（', '附', '別', '#', '<']);
        if last > 0 && (opens && last > PART_MAX / 3 || last + line.len() > PART_MAX) {
            out.push(String::new());
        }
        if let Some(part) = out.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    out
}
