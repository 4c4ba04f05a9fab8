//! Python's exceptions in the text of an error.

use crate::SparkError;
use crate::telling::shortened;

/// Begins what Python says of an exception; frames follow, which are indented, and then the exception.
const TRACEBACK: &str = "Traceback (most recent call last):";

/// The exception that a text ends in, `type: text`, without its traceback; none when no Python is in it.
pub(crate) fn exception(said: &str) -> Option<String> {
    // The last one: those before it are its causes, or were wrapped around it.
    let (_, frames) = said.rsplit_once(TRACEBACK)?;
    let mut lines = frames.lines().skip_while(|line| line.is_empty() || line.starts_with(' '));
    let first = lines.next()?.trim_end();
    let mut exception = first.to_owned();
    // Spark's own words follow Python's.
    let pythons =
        |line: &&str| !(line.trim().is_empty() || line.starts_with("\tat ") || line.starts_with(" SQLSTATE:"));
    for line in lines.take_while(pythons) {
        exception.push(' ');
        exception.push_str(line.trim());
    }
    (!exception.is_empty()).then_some(exception)
}

/// The error that an exception of Python is.
pub(crate) fn error(exception: &str) -> SparkError {
    if let Some(module) = missing_module(exception) {
        return SparkError::ModuleMissing { module };
    }
    let problem = shortened(exception);
    if exception.contains("PYTHON_VERSION_MISMATCH") {
        return SparkError::PythonVersion { problem };
    }
    let kind = exception.split(':').next().unwrap_or_default();
    if kind.ends_with("MemoryError") {
        return SparkError::OutOfMemory { problem };
    }
    SparkError::Function { exception: problem }
}

/// Of `ModuleNotFoundError: No module named 'a.b'` the module.
fn missing_module(exception: &str) -> Option<String> {
    let (_, rest) = exception.split_once("ModuleNotFoundError: No module named '")?;
    rest.split('\'').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Spark 4.3 has it.
    const SPARK: &str =
        "[PYTHON_EXCEPTION] An exception was thrown from the Python worker: Traceback (most recent call last):
  File \"/spark/functions.py\", line 26, in function
    buckets, payloads = zip(*rows(task))
                             ^^^^^^^^^^
ValueError: version 2 is needed here, and this is 1
 SQLSTATE: 38000";

    /// As Sail 0.7 has it.
    const SAIL: &str = "Traceback (most recent call last):
  File \"/lib/python3.11/site-packages/pyspark/serializers.py\", line 473, in loads
    return cloudpickle.loads(obj, encoding=encoding)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
ModuleNotFoundError: No module named 'no_such_module'
";

    #[test]
    fn an_exception_is_told_without_its_traceback() {
        assert_eq!(exception(SPARK).unwrap(), "ValueError: version 2 is needed here, and this is 1");
        assert_eq!(exception(SAIL).unwrap(), "ModuleNotFoundError: No module named 'no_such_module'");
        assert_eq!(exception("Job aborted due to stage failure"), None);
        assert_eq!(exception("Traceback (most recent call last):\n  File x"), None);
    }

    #[test]
    fn the_last_exception_is_the_one_that_was_raised() {
        let two = "Traceback (most recent call last):\n  File a\nKeyError: 'a'\n\nThe above exception was the direct cause of the \
                   following exception:\n\nTraceback (most recent call last):\n  File b\nValueError: b\nand more\n\n\tat org.Java";
        assert_eq!(exception(two).unwrap(), "ValueError: b and more");
        let wrapped = "Traceback (most recent call last):\n  File a\npyspark.SerializationError: Caused by Traceback (most recent call \
                       last):\n  File b\nImportError: c\n";
        assert_eq!(exception(wrapped).unwrap(), "ImportError: c");
    }

    #[test]
    fn exceptions_have_their_names() {
        let missing = error("ModuleNotFoundError: No module named 'a.b'");
        assert!(matches!(missing, SparkError::ModuleMissing { module } if module == "a.b"));
        let version = "pyspark.errors.exceptions.base.PySparkRuntimeError: [PYTHON_VERSION_MISMATCH] Python in worker has ...";
        assert!(matches!(error(version), SparkError::PythonVersion { .. }));
        for memory in
            ["MemoryError", "MemoryError: no more", "pyarrow.lib.ArrowMemoryError: malloc of size 64 failed"]
        {
            assert!(matches!(error(memory), SparkError::OutOfMemory { .. }), "{memory}");
        }
        assert!(matches!(error("ValueError: MemoryError"), SparkError::Function { .. }));
    }
}
