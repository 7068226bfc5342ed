"""What any station stands on, whatever it speaks: time, events, tasks, a store, and the words for mistakes."""
