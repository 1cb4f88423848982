// SPDX-License-Identifier: MIT
// The claims of the job, as structs that own their strings.
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub struct Small {
    pub sub: String,
    pub iat: i64,
    pub exp: i64,
    pub role: String,
    pub email: String,
}

#[derive(Serialize, Deserialize)]
pub struct Roles {
    pub roles: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub struct Large {
    pub exp: i64,
    pub iat: i64,
    pub auth_time: i64,
    pub jti: String,
    pub iss: String,
    pub aud: Vec<String>,
    pub sub: String,
    pub typ: String,
    pub azp: String,
    pub session_state: String,
    pub acr: String,
    #[serde(rename = "allowed-origins")]
    pub allowed_origins: Vec<String>,
    pub realm_access: Roles,
    pub resource_access: BTreeMap<String, Roles>,
    pub scopes: Vec<String>,
    pub sid: String,
    pub email_verified: bool,
    pub name: String,
    pub preferred_username: String,
    pub given_name: String,
    pub family_name: String,
    pub email: String,
}

/// The library leaves `iat` to its user.
pub trait IssuedAt {
    fn issued_at(&self) -> i64;
}
impl IssuedAt for Small {
    fn issued_at(&self) -> i64 {
        self.iat
    }
}
impl IssuedAt for Large {
    fn issued_at(&self) -> i64 {
        self.iat
    }
}
