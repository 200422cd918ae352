"""Makes the small encoded files in test/goldens/data/audio: 0.4 s, a 440 Hz tone left and a 1000 Hz tone right, faded in.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install numpy imageio-ffmpeg
    /tmp/venv/bin/python test/goldens/audio_encoded.py

The files in the repository were made with ffmpeg 9.0.2 as imageio-ffmpeg packs it (libmp3lame, libvorbis, libopus).
test/audio/sounds.ts `twoTones` is the same sound.
"""

import pathlib
import subprocess

import imageio_ffmpeg
import numpy

folder = pathlib.Path(__file__).with_name("data") / "audio"
folder.mkdir(parents=True, exist_ok=True)


def two_tones(rate, channels):
    time = numpy.arange(round(0.4 * rate)) / rate
    fade = numpy.minimum(1, time / 0.1)
    tones = [0.5 * fade * numpy.sin(2 * numpy.pi * hertz * time) for hertz in (440, 1000)]
    return numpy.stack(tones[:channels], axis=1).astype("<f4")


for name, rate, channels, options in [
    ("stereo-44100.mp3", 44100, 2, ["-c:a", "libmp3lame", "-b:a", "96k", "-joint_stereo", "0"]),
    ("mono-16000.mp3", 16000, 1, ["-c:a", "libmp3lame", "-b:a", "48k"]),
    ("stereo-44100.vorbis.ogg", 44100, 2, ["-c:a", "libvorbis", "-q:a", "4"]),
    ("stereo-48000.opus.ogg", 48000, 2, ["-c:a", "libopus", "-b:a", "96k", "-f", "ogg"]),
    ("stereo-44100.flac", 44100, 2, ["-c:a", "flac"]),
    ("mono-24000.aiff", 24000, 1, ["-c:a", "pcm_s24be"]),
    ("mono-8000.alaw.wav", 8000, 1, ["-c:a", "pcm_alaw"]),
    ("mono-8000.mulaw.wav", 8000, 1, ["-c:a", "pcm_mulaw"]),
    ("stereo-44100.m4a", 44100, 2, ["-c:a", "aac", "-b:a", "96k"]),
]:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-f", "f32le", "-ar", str(rate), "-ac", str(channels)]
    command += ["-i", "-", *options, "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", str(folder / name)]
    subprocess.run(command, input=two_tones(rate, channels).tobytes(), check=True)
