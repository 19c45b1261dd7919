//go:build !race

package denorm_test

// raceDetector tells that everything takes ten times as long.
const raceDetector = false
