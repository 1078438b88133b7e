"""The shared Transformer: tokenizer, item table, backbones, heads and collation."""
