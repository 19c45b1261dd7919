// Package coherence holds the caches against databases that several writers change at random: tests compare
// every document that comes out of a cache with one that a naive builder makes.
//
// COHERENCE_SIZE chooses how much is done: usual, ci or soak. To repeat what failed, the environment sets one
// number: COHERENCE_SEED is where chance begins, COHERENCE_WRITES how many changes a kind of cache gets,
// COHERENCE_SETTLES after how many bursts everything is compared, COHERENCE_CASES how many transactions the
// test of precision makes, COHERENCE_KILLS how many processes are killed, COHERENCE_ROLLS how often one release
// takes the place of another.
package coherence
