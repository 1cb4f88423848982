// SPDX-License-Identifier: MIT
// Users in an SQL database: the statements.
#include "sql_users.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "unavailable.hpp"

namespace account {
namespace {

User user_of(std::vector<std::string> row) {
    return {.id = std::move(row.at(0)),
            .name = std::move(row.at(1)),
            .email = std::move(row.at(2)),
            .photo = std::move(row.at(3)),
            .role = std::move(row.at(4)),
            .verified = row.at(5) == "1",
            .password = std::move(row.at(6)),
            .created_at = std::move(row.at(7)),
            .updated_at = std::move(row.at(8))};
}

std::string columns(const Database& database) {
    return "id, name, email, photo, role, case when verified then 1 else 0 end, password, " +
           database.moment_as_text("created_at") + ", " + database.moment_as_text("updated_at");
}

}  // namespace

SqlUsers::SqlUsers(std::shared_ptr<Database> database)
    : database_(std::move(database)),
      // One statement: if two users register the same e-mail at once, the database accepts one.
      insert_(
          "insert into users (id, name, email, password) values ($1, $2, $3, $4) "
          "on conflict (email) do nothing returning " +
          columns(*database_)),
      find_by_email_("select " + columns(*database_) + " from users where email = $1"),
      find_by_id_("select " + columns(*database_) + " from users where id = $1"),
      change_password_("update users set password = $1, updated_at = " + database_->present_moment() +
                       " where id = $2 and password = $3"),
      has_password_("select 1 from users where id = $1 and password = $2" + std::string{database_->row_lock()}),
      list_("select " + columns(*database_) + " from users order by created_at, id limit 1000") {}

credence::Result<void> SqlUsers::ping() {
    return or_unavailable(name(), [&] {
        database_->read([](SqlSession& session) { session.run("select count(*) from users where id is null", {}); });
    });
}

credence::Result<std::optional<User>> SqlUsers::insert(const NewUser& user) {
    return or_unavailable(name(), [&] {
        std::optional<User> inserted;
        database_->write([&](SqlSession& session) {
            SqlRows rows = session.run(insert_, {user.id, user.name, user.email, user.password});
            if (!rows.rows.empty()) inserted = user_of(std::move(rows.rows.front()));
        });
        return inserted;
    });
}

credence::Result<std::optional<User>> SqlUsers::find(std::string_view sql, std::string_view value) {
    return or_unavailable(name(), [&] {
        std::optional<User> found;
        database_->read([&](SqlSession& session) {
            SqlRows rows = session.run(sql, {value});
            if (!rows.rows.empty()) found = user_of(std::move(rows.rows.front()));
        });
        return found;
    });
}

credence::Result<std::optional<User>> SqlUsers::find_by_email(std::string_view email) {
    return find(find_by_email_, email);
}

credence::Result<std::optional<User>> SqlUsers::find_by_id(std::string_view id) { return find(find_by_id_, id); }

credence::Result<bool> SqlUsers::change_password(std::string_view id, const PasswordChange& change,
                                                 const std::function<credence::Result<void>()>& also) {
    return or_unavailable(name(), [&] {
        bool is_changed = false;
        database_->write([&](SqlSession& session) {
            is_changed = session.run(change_password_, {change.to, id, change.from}).changed == 1;
            if (is_changed && !also()) throw StoreError{"what belongs to the change of a password failed"};
        });
        return is_changed;
    });
}

credence::Result<bool> SqlUsers::has_password(std::string_view id, std::string_view hash) {
    return or_unavailable(name(), [&] {
        bool is_same = false;
        database_->write([&](SqlSession& session) { is_same = !session.run(has_password_, {id, hash}).rows.empty(); });
        return is_same;
    });
}

credence::Result<std::vector<User>> SqlUsers::list() {
    return or_unavailable(name(), [&] {
        std::vector<User> users;
        database_->read([&](SqlSession& session) {
            SqlRows rows = session.run(list_, {});
            for (auto& row : rows.rows) users.push_back(user_of(std::move(row)));
        });
        return users;
    });
}

}  // namespace account
