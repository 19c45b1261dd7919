// Package faults breaks what caches stand on while databases are changed at random: Redis servers are killed, paused,
// cut off, failed over and made to forget, processes are stopped and killed, keys and bytes are hostile. Reads are
// compared with a naive builder while that goes on, and everything once it is over.
//
// The environment sizes a run: FAULTS_TIMES multiplies how much of everything is done, FAULTS_SEED is where chance
// begins.
package faults
