// libsrtp 3's header, as far as mediasoup-worker needs it, on top of libsrtp 2, which distributions ship.
//
// Version 3 reads from one buffer and writes to another, whose size it is told; version 2 works in place,
// trusts the caller for room behind the packet, and counts in int. C++ tells the two forms apart by their
// arguments, so the names stay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <srtp2/srtp.h>

// Errors that only version 3 has (the values are its own).
inline constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

namespace roomlb
{
	// Runs one of version 2's calls on a copy of the packet in |to|. |growth|: how many bytes that call may
	// write behind the packet. |size|: before, the room in |to|; after, the length of the result.
	template<srtp_err_status_t (*Call)(srtp_t, void*, int*), size_t growth>
	inline srtp_err_status_t OnCopy(srtp_t session, const uint8_t* from, size_t length, uint8_t* to, size_t* size)
	{
		if (length > static_cast<size_t>(std::numeric_limits<int>::max()) || *size < length || *size - length < growth)
		{
			return srtp_err_status_buffer_small;
		}

		if (from != to)
		{
			std::memmove(to, from, length);
		}

		int result        = static_cast<int>(length);
		const auto status = Call(session, to, &result);

		if (status == srtp_err_status_ok)
		{
			*size = static_cast<size_t>(result);
		}

		return status;
	}
} // namespace roomlb

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t length, uint8_t* srtp, size_t* size, size_t /*mki*/)
{
	return roomlb::OnCopy<srtp_protect, SRTP_MAX_TRAILER_LEN>(session, rtp, length, srtp, size);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t length, uint8_t* rtp, size_t* size)
{
	return roomlb::OnCopy<srtp_unprotect, 0>(session, srtp, length, rtp, size);
}

// SRTCP has an index of four bytes besides the trailer (RFC 3711 section 3.4).
inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t length, uint8_t* srtcp, size_t* size, size_t /*mki*/)
{
	return roomlb::OnCopy<srtp_protect_rtcp, SRTP_MAX_TRAILER_LEN + 4>(session, rtcp, length, srtcp, size);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t length, uint8_t* rtcp, size_t* size)
{
	return roomlb::OnCopy<srtp_unprotect_rtcp, 0>(session, srtcp, length, rtcp, size);
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}
