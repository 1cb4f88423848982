// SPDX-License-Identifier: MIT
// A server of the Model Context Protocol: streamable HTTP, without sessions and streams. It takes the tokens that an issuer
// signs for it, and one of its two tools needs a scope. README.md: how a client finds the issuer.
#include <credence/credence.hpp>
#include <credence/remote/remote_keys.hpp>
#include <credence/stacks/httplib.hpp>
#include <credence/transports/httplib.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "../support/http_service.hpp"
#include "../support/options.hpp"

using namespace std::literals;
using httplib::Request, httplib::Response;
using json = nlohmann::ordered_json;
using Claims = credence::RegisteredClaims;
using AnyCaller = credence::Verified<Claims>;
using OrderReader = credence::Granted<Claims, "orders:read">;
using KeySet = credence::KeySet<credence::RS256, credence::PS256, credence::ES256, credence::EdDSA>;
using IssuerKeys = credence::RemoteKeys<KeySet>;

namespace {

/// The latest version comes first. Versions before these require batches of messages.
constexpr std::array protocol_versions{"2025-11-25"sv, "2025-06-18"sv};

bool is_supported(std::string_view version) {
    return std::find(protocol_versions.begin(), protocol_versions.end(), version) != protocol_versions.end();
}

/// An error of JSON-RPC 2.0, §5.1.
struct RpcError {
    int code;
    std::string message;
};
constexpr int parse_error = -32700, invalid_request = -32600, method_not_found = -32601, invalid_params = -32602;

/// A member of an object, or null.
json member(const json& object, const char* name) {
    return object.is_object() && object.contains(name) ? object[name] : json{};
}

json text_content(const std::string& text) { return json::array({json::object({{"type", "text"}, {"text", text}})}); }

json tool_answer(const json& value) {
    return {{"content", text_content(support::json_text(value))}, {"structuredContent", value}};
}

json tool_failure(const std::string& text) { return {{"content", text_content(text)}, {"isError", true}}; }

json who_am_i(const AnyCaller& who, const json&) {
    return tool_answer({{"subject", who->sub}, {"scopes", who.scopes()}});
}

json list_orders(const OrderReader& who, const json& arguments) {
    const json most = arguments.value("limit", json(10));
    if (!most.is_number_integer() || most < 1 || most > 10)
        return tool_failure("limit must be an integer from 1 to 10");
    json orders = json::array();
    for (int id = 1; id <= most.get<int>(); ++id) orders.push_back({{"id", id}, {"buyer", who->sub}});
    return tool_answer({{"orders", orders}});
}

/// A tool: its description, the scope that it needs, and its function, which returns an error without that scope.
struct Tool {
    json about;
    std::string scope;
    std::function<credence::Result<json>(const AnyCaller&, const json&)> call;
};

/// The first parameter of `function` says whether the tool needs a scope: it is AnyCaller or a Granted.
template <class Proof>
Tool make_tool(json about, json (*function)(const Proof&, const json&)) {
    if constexpr (std::is_same_v<Proof, AnyCaller>) {
        return {std::move(about), "", function};
    } else {
        const auto call = [function](const AnyCaller& who, const json& arguments) -> credence::Result<json> {
            const credence::Result<Proof> granted = Proof::from(who);
            if (!granted) return granted.error();
            return function(granted.value(), arguments);
        };
        return {std::move(about), Proof::required(), call};
    }
}

/// A JSON schema of an object with these members, all of them required.
json object_schema(const json& members) {
    json required = json::array();
    for (const auto& [name, schema] : members.items()) required.push_back(name);
    return {{"type", "object"}, {"properties", members}, {"required", required}};
}

const std::vector<Tool>& tools() {
    static const json text{{"type", "string"}}, number{{"type", "integer"}}, list{{"type", "array"}};
    static const std::vector<Tool> all{
        make_tool({{"name", "who_am_i"},
                   {"description", "Tells whose token this is, and its scopes."},
                   {"inputSchema", {{"type", "object"}, {"additionalProperties", false}}},
                   {"outputSchema", object_schema({{"subject", text}, {"scopes", list}})},
                   {"annotations", json::object({{"readOnlyHint", true}})}},
                  who_am_i),
        make_tool({{"name", "list_orders"},
                   {"description", "Lists the caller's orders, 10 at most. Needs the scope orders:read."},
                   {"inputSchema", {{"type", "object"}, {"properties", json::object({{"limit", number}})}}},
                   {"outputSchema", object_schema(json::object({{"orders", list}}))},
                   {"annotations", json::object({{"readOnlyHint", true}})}},
                  list_orders)};
    return all;
}

/// The URL of the server as clients write it: the identifier that its tokens have in `aud`. RFC 8707, RFC 9728 §1.2
class Resource {
public:
    /// \throws StartError for a URL that cannot be used.
    explicit Resource(std::string url) : url_(std::move(url)) {
        const auto metadata_url = credence::resource_metadata_url(url_);
        if (!metadata_url) throw support::StartError{"--resource is not usable: " + message(metadata_url.error())};
        metadata_url_ = metadata_url.value();
        const auto host = url_.find("://") + 3, path = std::min(url_.find('/', host), url_.size());
        if (path == url_.size() || url_.find_first_of("?@") != std::string::npos)
            throw support::StartError{"--resource needs a path, and no query or user: https://api.example/mcp"};
        authority_ = url_.substr(host, path - host);
        path_ = url_.substr(path);
    }

    [[nodiscard]] const std::string& url() const noexcept { return url_; }
    [[nodiscard]] const std::string& authority() const noexcept { return authority_; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const std::string& metadata_url() const noexcept { return metadata_url_; }
    [[nodiscard]] std::string metadata_path() const {
        return metadata_url_.substr(metadata_url_.find('/', metadata_url_.find("://") + 3));
    }

private:
    std::string url_, metadata_url_, authority_, path_;
};

/// Refuses requests that a page of another site sends to this server through a host name of its own (DNS rebinding).
/// Such a request has that name in Host, and that site in Origin. Programs send no Origin.
class SiteCheck {
public:
    SiteCheck(const Resource& resource, int port)
        : hosts_{"localhost", "127.0.0.1", without_port(resource.authority())}, origins_{resource.authority()} {
        for (const char* host : {"localhost:", "127.0.0.1:"}) origins_.insert(host + std::to_string(port));
    }

    /// \throws Refusal  403
    void operator()(const Request& request) const {
        if (!hosts_.contains(without_port(request.get_header_value("Host"))))
            throw support::Refusal{403, "This server has another host name"};
        const auto [begin, end] = request.headers.equal_range("Origin");
        for (auto field = begin; field != end; ++field) {
            const auto scheme = field->second.find("://");
            if (scheme == std::string::npos || !origins_.contains(field->second.substr(scheme + 3)))
                throw support::Refusal{403, "Requests from pages of other sites are not allowed"};
        }
    }

private:
    static std::string without_port(std::string_view authority) {
        const auto colon = authority.rfind(':');
        const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
        std::string host{has_port ? authority.substr(0, colon) : authority};
        std::transform(host.begin(), host.end(), host.begin(), [](char byte) {
            return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
        });
        return host;
    }

    std::set<std::string> hosts_, origins_;
};

json initialize(const json& params) {
    const json wanted = member(params, "protocolVersion");
    if (!wanted.is_string()) throw RpcError{invalid_params, "protocolVersion must be a string"};
    // A client that does not know the latest version either will end the connection.
    const bool is_known = is_supported(wanted.get<std::string>());
    return {{"protocolVersion", is_known ? wanted : json(protocol_versions.front())},
            {"capabilities", json::object({{"tools", json::object()}})},
            {"serverInfo", {{"name", "credence-orders"}, {"version", CREDENCE_VERSION}}}};
}

json list_of_tools() {
    json list = json::array();
    for (const Tool& tool : tools()) list.push_back(tool.about);
    return json::object({{"tools", list}});
}

/// Answers the JSON-RPC messages of verified callers.
class Endpoint {
public:
    explicit Endpoint(std::string metadata_url) : metadata_url_(std::move(metadata_url)) {}

    void operator()(const AnyCaller& who, const Request& request, Response& response) const {
        json id;
        try {
            const json message = read_message(request);
            if (message.contains("id")) id = message["id"];
            if (!member(message, "method").is_string() || !message.contains("id")) {  // an answer or a notification
                response.status = 202;
                return;
            }
            answer(who, message, request, response);
        } catch (const RpcError& error) {
            const bool is_bad_request = error.code == parse_error || error.code == invalid_request;
            support::answer_json(
                response, is_bad_request ? 400 : 200,
                {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", error.code}, {"message", error.message}}}});
        }
    }

private:
    /// One message that is well-formed. \throws Refusal, RpcError
    static json read_message(const Request& request) {
        if (!support::is_json_type(request.get_header_value("Content-Type")))
            throw support::Refusal{415, "Send the message as Content-Type: application/json"};
        const std::string accept = request.get_header_value("Accept");
        if (!accept.empty() && accept.find("application/json") == std::string::npos &&
            accept.find("*/*") == std::string::npos)
            throw support::Refusal{406, "This server answers with application/json"};
        const std::string version = request.get_header_value("MCP-Protocol-Version");
        if (!version.empty() && !is_supported(version))
            throw RpcError{invalid_request, "This version of the protocol is not supported"};
        const auto parsed = support::parse_strict_json(request.body);
        if (!parsed) throw RpcError{parse_error, "The body is not valid JSON"};
        json message = *parsed;
        const json id = member(message, "id"), method = member(message, "method");
        const bool is_answer = method.is_null() && (message.contains("result") || message.contains("error"));
        if (member(message, "jsonrpc") != "2.0" || !(method.is_string() || is_answer) ||
            (message.contains("id") && !id.is_string() && !id.is_number_integer()))
            throw RpcError{invalid_request, "The body is not one JSON-RPC 2.0 message"};
        return message;
    }

    void answer(const AnyCaller& who, const json& message, const Request& request, Response& response) const {
        const std::string method = message["method"];
        const json params = member(message, "params");
        json result = json::object();
        if (method == "tools/call") {
            const json name = member(params, "name");
            const Tool& tool = tool_called(name);
            const json arguments = params.value("arguments", json::object());
            if (!arguments.is_object()) throw RpcError{invalid_params, "arguments must be an object"};
            const auto called = tool.call(who, arguments);
            if (!called) return refuse(called.error(), tool.scope, request, response);
            result = called.value();
        } else if (method == "initialize") {
            result = initialize(params);
        } else if (method == "tools/list") {
            result = list_of_tools();
        } else if (method != "ping") {
            throw RpcError{method_not_found, "There is no such method"};
        }
        support::answer_json(response, 200, {{"jsonrpc", "2.0"}, {"id", message["id"]}, {"result", result}});
    }

    static const Tool& tool_called(const json& name) {
        for (const Tool& tool : tools()) {
            if (tool.about["name"] == name) return tool;
        }
        throw RpcError{invalid_params, "There is no such tool"};
    }

    /// 403 with the scope, so that the client can ask the issuer for it. RFC 6750 §3.1
    void refuse(const credence::Error& error, const std::string& scope, const Request& request,
                Response& response) const {
        const auto rejection = credence::Rejection::from(error, {.scope = scope, .resource_metadata = metadata_url_});
        credence::HttpTraits<Request>::reject(rejection, request, response);
        support::refuse_with("The token lacks the scope of this tool")(rejection, request, response);
    }

    std::string metadata_url_;
};

/// The identity of the server for its clients, and the issuer whose tokens it accepts.
struct Service {
    Resource resource;
    std::string issuer;
    int port;

    [[nodiscard]] credence::Validation<Claims> rules() const { return {.issuer = issuer, .audience = resource.url()}; }
};

void serve_metadata(support::HttpService& http, const Service& service) {
    const auto document = credence::protected_resource_metadata({.resource = service.resource.url(),
                                                                 .authorization_servers = {service.issuer},
                                                                 .scopes_supported = {OrderReader::required()},
                                                                 .resource_name = "Orders, an example"});
    if (!document) throw support::StartError{"the metadata cannot be written: " + message(document.error())};
    // Anybody may read it, also a page of another site, because clients find the issuer by it.
    http.get(service.resource.metadata_path(), [text = *document](const Request&, Response& response) {
        response.set_header("Access-Control-Allow-Origin", "*");
        response.set_content(text, "application/json");
    });
}

template <class Verifier>
void add_routes(support::HttpService& http, const Verifier& verifier, const Service& service) {
    serve_metadata(http, service);
    const auto guarded = [&](auto handler) {
        const credence::Challenge challenge{.resource_metadata = service.resource.metadata_url()};
        const auto guard =
            credence::protect(verifier, std::move(handler), challenge).on_reject(support::refuse_with("Invalid token"));
        return [check_site = SiteCheck{service.resource, service.port}, guard](const Request& in, Response& out) {
            check_site(in);
            guard(in, out);
        };
    };
    http.post(service.resource.path(), guarded(Endpoint{service.resource.metadata_url()}));
    // There is no stream for messages of the server.
    http.get(service.resource.path(), guarded([](const AnyCaller&, const Request&, Response& response) {
                 response.set_header("Allow", "POST");
                 throw support::Refusal{405, "Send messages with POST"};
             }));
}

/// Begins to follow the issuer. \throws StartError for a URL that cannot be used.
IssuerKeys follow_issuer(const support::Options& options) {
    const auto log_event = [](const credence::RemoteEvent& event) {
        support::log("info", std::string{"keys_"}.append(to_string(event.kind)), {{"message", message(event)}});
    };
    const credence::HttplibTransport transport{{.ca_file = options.text("--ca")}};
    const auto keys = IssuerKeys::discover(options.text("--issuer"), transport, {.on_event = log_event});
    if (!keys) throw support::StartError{"the keys of the issuer cannot be fetched: " + message(keys.error())};
    return *keys;
}

/// For a start without settings: an issuer that exists in this run only, with a new key pair.
class TrialIssuer {
public:
    static constexpr const char* name = "https://issuer.example";

    [[nodiscard]] const credence::Keys<credence::EdDSA>& keys() const noexcept { return keys_; }

    /// Prints a command that calls a tool, with a token for 15 minutes.
    void show_how_to_try(const std::string& url) const {
        const credence::Claims<Private> claims{{.iss = name, .sub = "alice", .aud = {url}, .exp = credence::in(15min)},
                                               {.scope = OrderReader::required()}};
        support::log("warning", "trial", {{"reason", "--issuer is not set"}});
        std::cout
            << "Try it, with a token for 15 minutes from an issuer that exists in this run only, and then without:\n"
            << "curl " << url << " -H 'Content-Type: application/json' -H 'Authorization: Bearer "
            << credence::encode(claims, keys_).value()
            << R"(' -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_orders"}}')" << std::endl;
    }

private:
    struct Private {
        std::string scope;
    };

    credence::Keys<credence::EdDSA> keys_ = credence::Keys<credence::EdDSA>::generate().value();
};

void run(const support::Options& options) {
    const std::string given = options.text("--resource");
    if (!given.empty()) static_cast<void>(Resource{given});  // reports a bad value before anything is served
    const auto service_at = [&](int port, const std::string& issuer) {
        const std::string own = "http://127.0.0.1:" + std::to_string(port) + "/mcp";
        return Service{Resource{given.empty() ? own : given}, issuer, port};
    };
    // Up to 8 requests wait for keys (RemoteOptions::max_waiters), and must leave threads to the others.
    support::HttpService http{64};
    if (!options.has("--issuer")) {
        if (options.has("--ca")) throw support::StartError{"--ca is for an --issuer"};
        const TrialIssuer trial;
        http.serve(options.port(3000), [&](int port) {
            const Service service = service_at(port, trial.name);
            add_routes(http, credence::verifier_for<Claims>(trial.keys(), service.rules()), service);
            trial.show_how_to_try(service.resource.url());
        });
        return;
    }
    const IssuerKeys keys = follow_issuer(options);
    http.get("/ready", [&keys](const Request&, Response& out) {
        const credence::RemoteHealth health = keys.health();
        support::answer_json(out, health.can_verify ? 200 : 503, {{"state", to_string(health.state)}});
    });
    http.serve(options.port(3000), [&](int port) {
        const Service service = service_at(port, options.text("--issuer"));
        add_routes(http, credence::verifier_for<Claims>(keys, service.rules()).value(), service);
    });
}

}  // namespace

int main(int count, char** arguments) {
    return support::run_program(
        {"A server of the Model Context Protocol with two tools, for tokens of one issuer.\n"
         "Without --issuer this is a trial, with an issuer of its own and a token.",
         {{"--issuer", "URL", "the iss that tokens must have; its keys are fetched"},
          {"--resource", "URL",
           "this server as clients write it, the aud of tokens; http://127.0.0.1:N/mcp without it"},
          {"--ca", "FILE", "the certificates to trust for the issuer, in the place of the system's"}}},
        count, arguments, run);
}
