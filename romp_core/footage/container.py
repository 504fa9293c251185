"""Opening a video safely: only the file itself is ever read, whatever it refers to."""

from __future__ import annotations

from typing import Any, BinaryIO, NoReturn

import av

_BUFFER_BYTES = 1 << 18
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h261,h263,h264,hevc,vvc,av1,obu,ivf,asf,flv,"
    "live_flv,ogg,mxf,gxf,dv,nut,rm,wtv,vc1,mjpeg,yuv4mpegpipe,dnxhd,gif,apng,webp_anim,swf,mlv,"
    "mp3,aac,flac,wav,w64,aiff,caf,ac3,eac3,amr,ape,dts,wv,tta,au"
)
"""Containers of video, and of sound to tell it apart. Playlists and device inputs are not among them."""

_NAMES = {"h264": "H.264", "hevc": "HEVC (H.265)", "mpeg4": "MPEG-4", "mpeg2video": "MPEG-2", "prores": "ProRes"}


class Unreadable(ValueError):
    """The file holds no video that can be decoded; `has_sound`: but it holds sound; `codec`: of its video, in words."""

    def __init__(self, has_sound: bool = False, codec: str = "") -> None:
        super().__init__("no decodable video")
        self.has_sound, self.codec = has_sound, codec


class _Nameless:
    """A file without a name: the name must decide nothing, and may be no text."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def open_container(file: BinaryIO, formats: str = _FORMATS) -> Any:
    """The PyAV container of an open file. Raises Unreadable when it is of none of these forms (names of demuxers)."""
    options = {"format_whitelist": formats}
    try:
        return av.open(_Nameless(file), container_options=options, buffer_size=_BUFFER_BYTES, io_open=_refuse)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise Unreadable from error


def video_stream(container: Any) -> Any:
    """The video track that players show; cover images and thumbnails are none. Raises Unreadable without one."""
    unwanted = (
        av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails | av.stream.Disposition.still_image
    )
    videos = [stream for stream in container.streams.video if not stream.disposition & unwanted]
    if not videos:
        raise Unreadable(has_sound=bool(container.streams.audio))
    decodable = [stream for stream in videos if stream.codec_context is not None]
    if not decodable:
        raise Unreadable(codec="unknown")
    return next((stream for stream in decodable if stream.disposition & av.stream.Disposition.default), decodable[0])


def codec_name(stream: Any) -> str:
    """The name of the codec, e.g. "AV1"."""
    name = stream.codec_context.codec.canonical_name
    return _NAMES.get(name, name.upper())


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise PermissionError("footage must not open other files")
