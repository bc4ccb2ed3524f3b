package preview

import (
	"bytes"
	"encoding/binary"
)

// orientation reads from the beginning of a JPEG how the camera was held: 1 to 8 as in
// EXIF 2.3 section 4.6.4, 1 (upright) for anything that can't be read.
func orientation(jpg []byte) int {
	if len(jpg) < 4 || jpg[0] != 0xff || jpg[1] != 0xd8 {
		return 1
	}
	for at := 2; at+4 <= len(jpg) && jpg[at] == 0xff; {
		size := int(binary.BigEndian.Uint16(jpg[at+2:]))
		if size < 2 || at+2+size > len(jpg) {
			return 1
		}
		body := jpg[at+4 : at+2+size]
		if jpg[at+1] == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		if jpg[at+1] == 0xda { // the picture begins
			return 1
		}
		at += 2 + size
	}
	return 1
}

// tiffOrientation looks for the tag 0x0112 in the first directory.
func tiffOrientation(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(t[:2]) == "II" {
		order = binary.LittleEndian
	}
	dir := int64(order.Uint32(t[4:]))
	if dir < 8 || dir+2 > int64(len(t)) {
		return 1
	}
	n := int64(order.Uint16(t[dir:]))
	for i := range n {
		at := dir + 2 + 12*i
		if at+12 > int64(len(t)) {
			return 1
		}
		if order.Uint16(t[at:]) == 0x0112 {
			if v := int(order.Uint16(t[at+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}
