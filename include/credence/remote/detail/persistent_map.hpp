// SPDX-License-Identifier: MIT
// PersistentMap: an immutable map by text. A change makes a new map in logarithmic time, which shares almost everything
// with the old one.
#pragma once

#include <credence/version.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// An immutable AVL tree: the heights of siblings differ by at most one, so no choice of keys makes it deep. A copy
/// costs one pointer, and any thread may read it while another one makes the next.
template <class Value>
class PersistentMap {
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// The length of the longest path from the root: at most 1.45 times the binary logarithm of the size.
    [[nodiscard]] std::size_t height() const noexcept { return height_of(root_); }

    /// The value of a key; null if there is none. It lives as long as this map.
    [[nodiscard]] const Value* find(std::string_view key) const noexcept {
        const Node* node = root_.get();
        while (node != nullptr) {
            const int order = key.compare(node->item->key);
            if (order == 0) return &node->item->value;
            node = order < 0 ? node->left.get() : node->right.get();
        }
        return nullptr;
    }

    /// The map with this value for the key, in place of its old one.
    [[nodiscard]] PersistentMap with(std::string key, Value value) const {
        const std::size_t size = size_ + (find(key) == nullptr ? 1 : 0);
        const auto item = std::make_shared<const Item>(Item{std::move(key), std::move(value)});
        return PersistentMap{insert(root_, item), size};
    }

    /// The map without the key.
    [[nodiscard]] PersistentMap without(std::string_view key) const {
        if (find(key) == nullptr) return *this;
        return PersistentMap{erase(root_, key), size_ - 1};
    }

    PersistentMap() = default;

private:
    struct Item {
        std::string key;
        Value value;
    };
    using ItemHandle = std::shared_ptr<const Item>;
    struct Node;
    using Tree = std::shared_ptr<const Node>;
    struct Node {
        Tree left;
        ItemHandle item;
        Tree right;
        std::size_t height;
    };

    PersistentMap(Tree root, std::size_t size) : root_(std::move(root)), size_(size) {}

    [[nodiscard]] static std::size_t height_of(const Tree& tree) noexcept { return tree ? tree->height : 0; }

    [[nodiscard]] static Tree make(Tree left, ItemHandle item, Tree right) {
        const std::size_t height = (std::max)(height_of(left), height_of(right)) + 1;
        return std::make_shared<const Node>(Node{std::move(left), std::move(item), std::move(right), height});
    }

    /// A tree of the three parts; the sides differ in height by at most two.
    [[nodiscard]] static Tree balance(Tree left, ItemHandle item, Tree right) {
        if (height_of(left) > height_of(right) + 1) {
            if (height_of(left->left) >= height_of(left->right)) {
                return make(left->left, left->item, make(left->right, std::move(item), std::move(right)));
            }
            const Node& middle = *left->right;
            return make(make(left->left, left->item, middle.left), middle.item,
                        make(middle.right, std::move(item), std::move(right)));
        }
        if (height_of(right) > height_of(left) + 1) {
            if (height_of(right->right) >= height_of(right->left)) {
                return make(make(std::move(left), std::move(item), right->left), right->item, right->right);
            }
            const Node& middle = *right->left;
            return make(make(std::move(left), std::move(item), middle.left), middle.item,
                        make(middle.right, right->item, right->right));
        }
        return make(std::move(left), std::move(item), std::move(right));
    }

    [[nodiscard]] static Tree insert(const Tree& tree, const ItemHandle& item) {
        if (!tree) return make(nullptr, item, nullptr);
        const int order = item->key.compare(tree->item->key);
        if (order == 0) return make(tree->left, item, tree->right);
        if (order < 0) return balance(insert(tree->left, item), tree->item, tree->right);
        return balance(tree->left, tree->item, insert(tree->right, item));
    }

    [[nodiscard]] static Tree erase(const Tree& tree, std::string_view key) {
        const int order = key.compare(tree->item->key);
        if (order < 0) return balance(erase(tree->left, key), tree->item, tree->right);
        if (order > 0) return balance(tree->left, tree->item, erase(tree->right, key));
        if (!tree->left) return tree->right;
        if (!tree->right) return tree->left;
        const Node* least = tree->right.get();
        while (least->left) least = least->left.get();
        return balance(tree->left, least->item, erase(tree->right, least->item->key));
    }

    Tree root_ = {};
    std::size_t size_ = 0;
};

}  // namespace credence::detail
