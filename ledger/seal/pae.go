package seal

import "strconv"

// PAE is DSSE's pre-authentication encoding, the bytes that are signed:
//
//	"DSSEv1" SP LEN(payloadType) SP payloadType SP LEN(payload) SP payload
//
// where SP is one space and LEN is the length in bytes as decimal ASCII with no
// leading zeros. The lengths make it injective: no two pairs of type and payload
// have the same encoding.
//
// https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#signature-definition
func PAE(payloadType string, payload []byte) []byte {
	const prefix, digits = "DSSEv1 ", 20 // enough for any length
	b := make([]byte, 0, len(prefix)+2*(digits+1)+len(payloadType)+1+len(payload))
	b = append(b, prefix...)
	b = strconv.AppendInt(b, int64(len(payloadType)), 10)
	b = append(b, ' ')
	b = append(b, payloadType...)
	b = append(b, ' ')
	b = strconv.AppendInt(b, int64(len(payload)), 10)
	b = append(b, ' ')
	return append(b, payload...)
}
