//! Pickles as Python takes them.

use std::io::Write as _;
use std::process::{Command, Stdio};

use arrow_schema::Schema;
use coverledger_spark::plan::Function;

use crate::fake::option;

/// What Python makes of a pickle of `module.name(config)`, as it prints it.
fn loaded(python: &str, module: &str, name: &str, config: &[u8]) -> String {
    let function = Function::new(module, name, config, &Schema::empty(), "3.11").unwrap();
    let mut child = Command::new(python)
        .args(["-c", "import pickle, sys; print(pickle.load(sys.stdin.buffer))"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(function.command()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn python_calls_the_function_with_all_bytes_that_there_are() {
    let Some(python) = option("COVERLEDGER_SPARK_PYTHON") else {
        eprintln!("SKIPPED: COVERLEDGER_SPARK_PYTHON names no Python");
        return;
    };
    let bytes: Vec<u8> = (0..=255).collect();
    let hex = loaded(&python, "binascii", "hexlify", &bytes);
    assert_eq!((hex.len(), &hex[..8], &hex[hex.len() - 5..]), (2 * 256 + 3, "b'000102", "feff'"));
    assert_eq!(loaded(&python, "zlib", "crc32", &bytes), "688229491");
    assert_eq!(loaded(&python, "builtins", "len", b""), "0");
    // Longer than lengths of one byte, and of two.
    assert_eq!(loaded(&python, "builtins", "len", &vec![0; 100_000]), "100000");
    assert_eq!(loaded(&python, "xml.etree.ElementTree", "iselement", b""), "False");
}
