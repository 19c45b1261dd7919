// Package coherence holds the caches against databases that several writers change at random: tests compare
// every document that comes out of a cache with one that a naive builder makes.
//
// The environment sizes a run: COHERENCE_SEED is where chance begins, COHERENCE_WRITES how many changes each
// database and kind of cache gets, COHERENCE_SETTLES after how many bursts everything is compared,
// COHERENCE_CASES how many transactions the test of precision makes, COHERENCE_SECONDS how long
// the age of documents is watched, COHERENCE_KILLS how many processes are killed on each database.
package coherence
