"""What holds for single writes holds for the same writes in `bulkWrite`: their tests are asked once more here, of a
client that sends each mutation as one of many."""
