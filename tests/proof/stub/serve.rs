//! Connections: a thread each, one request after the other, and what goes wrong on them.

use std::io::{self, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::answer::Answer;
use super::bucket::Bucket;
use super::request::{Kind, Request};
use super::{Fault, Logged, Shared, Victim, When};

/// Takes connections until the stub is dropped.
pub fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if !shared.desk.lock().unwrap().open {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        *shared.connections.lock().unwrap() += 1;
        thread::spawn(move || {
            // A client that has gone away, killed perhaps, is what this server is for.
            let _ = converse(&stream, &shared);
            *shared.connections.lock().unwrap() -= 1;
            shared.hung_up.notify_all();
        });
    }
}

fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        let fault = shared.fate(&request);
        if !shared.answer(request, &fault, stream)? {
            break;
        }
    }
    Ok(())
}

impl Shared {
    fn fate(&self, request: &Request) -> Fault {
        let mut desk = self.desk.lock().unwrap();
        let number = desk.log.len() + 1;
        let fault = (desk.hook)(number, request);
        desk.log.push(Logged { kind: request.kind, key: request.key.clone(), fault: fault.clone() });
        fault
    }

    fn carry_out(&self, request: &Request) -> Answer {
        Answer::carry_out(&mut self.bucket.lock().unwrap(), request, true)
    }

    /// Says whether the connection goes on.
    fn answer(&self, mut request: Request, fault: &Fault, to: &TcpStream) -> io::Result<bool> {
        let carried_out = || self.carry_out(&request);
        let answer = match fault {
            Fault::Status(status, When::Before) => Answer::error(*status, &request),
            Fault::Status(status, When::After) => {
                carried_out();
                Answer::error(*status, &request)
            }
            Fault::Drop(when) | Fault::Reset(when) | Fault::Kill(when) => {
                if *when == When::After {
                    carried_out();
                }
                match fault {
                    Fault::Kill(_) => self.kill(),
                    Fault::Reset(_) => reset(to)?,
                    _ => {}
                }
                return Ok(false);
            }
            Fault::Delay(time, When::Before) => {
                thread::sleep(*time);
                carried_out()
            }
            Fault::Delay(time, When::After) => {
                let answer = carried_out();
                thread::sleep(*time);
                answer
            }
            Fault::Stop => {
                let pid = self.victim().lock().unwrap().id().to_string();
                let stopped = Command::new("kill").args(["-STOP", &pid]).status()?;
                assert!(stopped.success(), "it could not be stopped");
                carried_out()
            }
            Fault::ErrorBody => Answer { status: 200, ..Answer::error(500, &request) },
            Fault::StaleList { changes } if request.kind == Kind::List => {
                Answer::carry_out(&mut self.bucket.lock().unwrap().before(*changes), &request, true)
            }
            Fault::FlipBit { bit } if !request.body.is_empty() => {
                request.body = flipped(&request.body, *bit).into();
                self.carry_out(&request)
            }
            Fault::FlipBit { bit } => {
                let answer = carried_out();
                Answer { body: flipped(&answer.body, *bit).into(), ..answer }
            }
            Fault::OtherEtag => {
                let mut answer = carried_out();
                for (name, value) in &mut answer.headers {
                    if *name == "ETag" {
                        "\"00000000000000000000000000000000\"".clone_into(value);
                    }
                }
                answer
            }
            Fault::Half | Fault::Torn if request.kind.writes() => {
                let half = request.body.slice(..request.body.len() / 2);
                self.bucket.lock().unwrap().put(&request.key, half);
                if *fault == Fault::Torn {
                    self.kill();
                    return Ok(false);
                }
                thread::sleep(Duration::from_millis(20));
                Answer::carry_out(&mut self.bucket.lock().unwrap(), &request, false)
            }
            Fault::Lazy(time) => {
                let answer = Answer::carry_out(&mut self.bucket.lock().unwrap().clone(), &request, true);
                send(to, &answer, request.kind == Kind::Head, fault)?;
                let (bucket, time) = (Arc::clone(&self.bucket), *time);
                thread::spawn(move || {
                    thread::sleep(time);
                    Answer::carry_out(&mut bucket.lock().unwrap(), &request, true);
                });
                return Ok(true);
            }
            Fault::Code(status, code) => Answer::refusal(*status, code, &request),
            Fault::Header(name, value) => {
                let mut answer = carried_out();
                answer.headers.push((*name, (*value).to_owned()));
                answer
            }
            Fault::EmptyList if request.kind == Kind::List => {
                Answer::carry_out(&mut Bucket::default(), &request, true)
            }
            Fault::WholeList if request.kind == Kind::List => {
                request.key.clear();
                self.carry_out(&request)
            }
            Fault::Unconditional => Answer::carry_out(&mut self.bucket.lock().unwrap(), &request, false),
            _ => carried_out(),
        };
        send(to, &answer, request.kind == Kind::Head, fault)
    }

    fn victim(&self) -> Victim {
        self.victim.lock().unwrap().clone().expect("somebody to aim at")
    }

    /// Kills and buries: nothing of the process is left when this returns.
    fn kill(&self) {
        let victim = self.victim();
        let mut victim = victim.lock().unwrap();
        let _ = victim.kill();
        let _ = victim.wait();
    }
}

/// Says whether the connection goes on.
fn send(to: &TcpStream, answer: &Answer, head_only: bool, fault: &Fault) -> io::Result<bool> {
    let told = match fault {
        Fault::Length(by) => answer.body.len().saturating_add_signed(isize::try_from(*by).unwrap()),
        _ => answer.body.len(),
    };
    let mut head = format!("HTTP/1.1 {} as told\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if answer.status != 204 {
        head.push_str(&format!("Content-Length: {told}\r\n"));
    }
    head.push_str("\r\n");
    let mut out = head.into_bytes();
    if head_only {
        write(to, &out)?;
        return Ok(true);
    }
    match fault {
        Fault::Slow { bytes_per_second } => {
            write(to, &out)?;
            for piece in answer.body.chunks((bytes_per_second / 20).max(1)) {
                write(to, piece)?;
                thread::sleep(Duration::from_millis(50));
            }
            Ok(true)
        }
        Fault::Truncate { keep } => {
            out.extend_from_slice(&answer.body[..answer.body.len().min(*keep)]);
            write(to, &out)?;
            Ok(answer.body.len() <= *keep)
        }
        _ => {
            out.extend_from_slice(&answer.body);
            write(to, &out)?;
            Ok(told == answer.body.len())
        }
    }
}

fn write(mut to: &TcpStream, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)
}

/// Makes closing the connection a reset. The standard library cannot say so yet.
fn reset(stream: &TcpStream) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _within = runtime.enter();
    let stream = stream.try_clone()?;
    stream.set_nonblocking(true)?;
    tokio::net::TcpStream::from_std(stream)?.set_zero_linger()
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(bits) = bytes.len().checked_mul(8).filter(|bits| *bits > 0) {
        bytes[bit % bits / 8] ^= 1 << (bit % 8);
    }
    bytes
}
