package denorm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"unsafe"

	"github.com/denormgen/denormgen/runtime/internal/mutant"
)

// frame is a cached value: a document in some codec, or the knowledge that there is none, with what it takes
// to see that the bytes are whole and belong where they were found.
type frame struct {
	key     string // of the cache
	shape   string // of the document
	codec   byte
	version Version
	absent  bool   // there is no document; body is empty
	body    []byte // nil or not makes no difference
}

// The head of a frame: magic, format, codec, flags, length of the shape, epoch, sequence number, length of the
// body, checksum. Shape and body follow. Numbers have their lowest byte first.
//
// The checksum is the CRC-32C of the cache's key and of everything but itself: a value that was found under
// another key is no hit. It finds accidents, not malice.
const (
	frameMagic  = "\xffdn\x00" // no text, no JSON, no lease begins like this
	frameFormat = 1

	frameCodecAt   = 5
	frameFlagsAt   = 6
	frameShapeAt   = 7
	frameEpochAt   = 8
	frameSeqAt     = 16
	frameBodyAt    = 24
	frameSumAt     = 32
	frameHead      = 36
	frameAbsent    = 1
	frameShapeSize = math.MaxUint8
)

var (
	// errFrame means that a cached value is damaged, or was never a frame.
	errFrame = errors.New("not a whole frame")
	// errFrameOther means that a cached value is whole but for another version of program or document.
	errFrameOther = errors.New("a frame of another shape, codec or format")
)

// appendFrame appends a frame. Its shape must not be longer than frameShapeSize.
func appendFrame(dst []byte, f frame) []byte {
	start := len(dst)
	var flags byte
	if f.absent {
		flags = frameAbsent
	}
	dst = append(dst, frameMagic...)
	dst = append(dst, frameFormat, f.codec, flags, byte(len(f.shape)))
	dst = binary.LittleEndian.AppendUint64(dst, f.version.Epoch)
	dst = binary.LittleEndian.AppendUint64(dst, f.version.Seq)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(len(f.body)))
	dst = binary.LittleEndian.AppendUint32(dst, 0)
	dst = append(dst, f.shape...)
	dst = append(dst, f.body...)
	binary.LittleEndian.PutUint32(dst[start+frameSumAt:], frameSum(f.key, dst[start:]))
	return dst
}

// readFrame reads what appendFrame appended, and nothing else. The body aliases data.
func readFrame(data []byte, key, shape string, codec byte) (frame, error) {
	if len(data) < frameHead || string(data[:len(frameMagic)]) != frameMagic {
		return frame{}, fmt.Errorf("%w: it has no head", errFrame)
	}
	if data[len(frameMagic)] != frameFormat {
		return frame{}, fmt.Errorf("%w: format %d", errFrameOther, data[len(frameMagic)])
	}
	if sum := binary.LittleEndian.Uint32(data[frameSumAt:]); sum != frameSum(key, data) && !mutant.Active(mutant.FrameSum) {
		return frame{}, fmt.Errorf("%w: the checksum is wrong", errFrame)
	}
	rest, size, flags := data[frameHead:], int(data[frameShapeAt]), data[frameFlagsAt]
	if size > len(rest) {
		return frame{}, fmt.Errorf("%w: it ends early", errFrame)
	}
	body := rest[size:len(rest):len(rest)]
	switch {
	case uint64(len(body)) != binary.LittleEndian.Uint64(data[frameBodyAt:]):
		return frame{}, fmt.Errorf("%w: the length is wrong", errFrame)
	case flags > frameAbsent, flags == frameAbsent && len(body) > 0:
		return frame{}, fmt.Errorf("%w: unknown flags", errFrame)
	case string(rest[:size]) != shape:
		return frame{}, fmt.Errorf("%w: the shape differs", errFrameOther)
	case data[frameCodecAt] != codec:
		return frame{}, fmt.Errorf("%w: the codec differs", errFrameOther)
	}
	return frame{
		key: key, shape: shape, codec: codec, absent: flags == frameAbsent, body: body,
		version: Version{
			Epoch: binary.LittleEndian.Uint64(data[frameEpochAt:]), Seq: binary.LittleEndian.Uint64(data[frameSeqAt:]),
		},
	}, nil
}

// frameSum is the checksum of a frame, whatever stands in the place of its own.
func frameSum(key string, data []byte) uint32 {
	if mutant.Active(mutant.FrameKey) {
		key = ""
	}
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := sizeSum(table, len(key))
	sum = crc32.Update(sum, table, unsafe.Slice(unsafe.StringData(key), len(key))) // which only reads
	sum = crc32.Update(sum, table, data[:frameSumAt])
	return crc32.Update(sum, table, data[frameHead:])
}

// sizeSum is the checksum of a length in eight bytes, without a buffer for them.
func sizeSum(table *crc32.Table, size int) uint32 {
	sum := ^uint32(0)
	for rest, n := uint64(size), 0; n < 8; rest, n = rest>>8, n+1 {
		sum = table[byte(sum)^byte(rest)] ^ sum>>8
	}
	return ^sum
}
