// These tests kill and pause processes and read their timing: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
