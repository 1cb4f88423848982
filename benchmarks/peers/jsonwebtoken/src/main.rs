// SPDX-License-Identifier: MIT
// The job through Rust's jsonwebtoken: benchmark_jsonwebtoken SECONDS runs each job for that long and prints what
// Google Benchmark prints in JSON, as far as benchmarks/run reads it.
mod claims;

use claims::{IssuedAt, Large, Small};
use jsonwebtoken::{decode, encode, Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use std::{arch::asm, env, fs, path::PathBuf};

fn read(name: &str) -> Vec<u8> {
    let folder = env::var("CREDENCE_BENCHMARK_JOB").expect("CREDENCE_BENCHMARK_JOB names no folder");
    fs::read(PathBuf::from(folder).join(name)).unwrap_or_else(|fault| panic!("cannot read {name}: {fault}"))
}

/// The processor time of this process, in nanoseconds.
fn processor_time() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Keeps the compiler from removing the computation of a value. (`black_box` is newer than Debian 12's compiler.)
fn keep<Value>(value: &Value) {
    unsafe { asm!("/* {0} */", in(reg) value, options(nostack, preserves_flags)) };
}

/// Runs `work` in batches that double, until one takes `seconds`. Nanoseconds for one.
fn measure(seconds: f64, mut work: impl FnMut()) -> f64 {
    let mut count = 1u64;
    loop {
        let start = processor_time();
        for _ in 0..count {
            work();
        }
        let taken = processor_time() - start;
        if taken >= seconds * 1e9 {
            return taken / count as f64;
        }
        count *= 2;
    }
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

fn verify<Claims: DeserializeOwned + IssuedAt>(seconds: f64, algorithm: Algorithm, size: &str) -> f64 {
    let key = match algorithm {
        Algorithm::HS256 => DecodingKey::from_secret(&read("HS256.secret")),
        Algorithm::RS256 => DecodingKey::from_rsa_pem(&read("RS256.public.pem")).unwrap(),
        Algorithm::ES256 => DecodingKey::from_ec_pem(&read("ES256.public.pem")).unwrap(),
        _ => DecodingKey::from_ed_pem(&read("EdDSA.public.pem")).unwrap(),
    };
    let token = String::from_utf8(read(&format!("{algorithm:?}.{size}.jwt"))).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.leeway = 0;
    validation.validate_nbf = true;
    measure(seconds, || {
        let data = decode::<Claims>(&token, &key, &validation).expect("refused");
        assert!(data.claims.issued_at() <= now());
        keep(&data);
    })
}

fn sign(seconds: f64) -> f64 {
    let secret = read("HS256.secret");
    let token = String::from_utf8(read("HS256.small.jwt")).unwrap();
    let validation = Validation::new(Algorithm::HS256);
    let claims = decode::<Small>(&token, &DecodingKey::from_secret(&secret), &validation).unwrap().claims;
    let (key, header) = (EncodingKey::from_secret(&secret), Header::new(Algorithm::HS256));
    measure(seconds, || {
        keep(&encode(&header, &claims, &key).expect("not signed"));
    })
}

fn main() {
    let seconds: f64 = env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(0.1);
    let jobs: [(&str, fn(f64) -> f64); 6] = [
        ("verify/HS256/small", |seconds| verify::<Small>(seconds, Algorithm::HS256, "small")),
        ("verify/HS256/large", |seconds| verify::<Large>(seconds, Algorithm::HS256, "large")),
        ("verify/RS256/small", |seconds| verify::<Small>(seconds, Algorithm::RS256, "small")),
        ("verify/ES256/small", |seconds| verify::<Small>(seconds, Algorithm::ES256, "small")),
        ("verify/EdDSA/small", |seconds| verify::<Small>(seconds, Algorithm::EdDSA, "small")),
        ("sign/HS256/small", sign),
    ];
    let rows: Vec<String> = jobs
        .iter()
        .map(|(name, run)| format!(r#"{{"name": "jsonwebtoken:{name}", "cpu_time": {}}}"#, run(seconds)))
        .collect();
    println!(r#"{{"benchmarks": [{}]}}"#, rows.join(", "));
}
