# Writes spectra.json: spectra and resampled sound in float64, by NumPy's FFT and the formulas of librosa and torchaudio.
#
#   /usr/bin/python3 test/goldens/spectra.py
import json
import math
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(3)
RATE = 8000
time = np.arange(330) / RATE
sound = np.round(np.sin(2 * np.pi * 440 * time) * 0.5 + np.sin(2 * np.pi * 1900 * time * (1 + time)) * 0.2
                 + 0.02 * rng.standard_normal(330), 4)


def stft(x, n, length, hop, window, center):
    i = np.arange(length)
    w = {"hann": 0.5 - 0.5 * np.cos(2 * np.pi * i / length), "hamming": 0.54 - 0.46 * np.cos(2 * np.pi * i / length),
         "ones": np.ones(length)}[window]
    left = (n - length) // 2
    w = np.pad(w, (left, n - length - left))
    if center:
        x = np.pad(x, n // 2)
    frames = [x[s:s + n] for s in range(0, len(x) - n + 1, hop)]
    return np.fft.rfft(np.array(frames) * w)


def hz_to_mel(f, scale):
    if scale == "htk":
        return 2595 * np.log10(1 + f / 700)
    return f * 3 / 200 if f < 1000 else 15 + np.log(f / 1000) / (np.log(6.4) / 27)


def mel_to_hz(m, scale):
    if scale == "htk":
        return 700 * (10 ** (m / 2595) - 1)
    return m * 200 / 3 if m < 15 else 1000 * np.exp((np.log(6.4) / 27) * (m - 15))


def mel_filters(n, bands, low, high, scale, norm):
    frequencies = np.fft.rfftfreq(n, 1 / RATE)
    points = np.array([mel_to_hz(m, scale) for m in np.linspace(hz_to_mel(low, scale), hz_to_mel(high, scale), bands + 2)])
    widths = np.diff(points)
    ramps = points[:, None] - frequencies[None]
    lower = -ramps[:-2] / widths[:-1, None]
    upper = ramps[2:] / widths[1:, None]
    filters = np.maximum(0, np.minimum(lower, upper))
    return filters * (2 / (points[2:] - points[:-2]))[:, None] if norm == "slaney" else filters


def mel(x, o):
    power = np.abs(stft(x, o["fftLength"], o["sequenceLength"], o["sequenceStride"], o["window"], o["center"])) ** o["power"]
    return power @ mel_filters(o["fftLength"], o["melBins"], o["minFrequency"], o["maxFrequency"], o["melScale"], o["norm"]).T


def decibels(s, top):
    level = 10 * np.log10(np.maximum(1e-10, s))
    return level if top is None else np.maximum(level, level.max() - top)


def mfcc(level, count):
    bands = level.shape[1]
    k, m = np.arange(count)[:, None], np.arange(bands)[None]
    dct = np.cos(np.pi * k * (m + 0.5) / bands) * np.sqrt(2 / bands)
    dct[0] /= math.sqrt(2)
    return level @ dct.T


def resample(x, orig, new):
    """torchaudio.functional.resample: sinc_interp_hann, lowpass_filter_width 6, rolloff 0.99."""
    divisor = math.gcd(orig, new)
    orig, new = orig // divisor, new // divisor
    base = min(orig, new) * 0.99
    width = math.ceil(6 * orig / base)
    idx = np.arange(-width, width + orig)[None] / orig
    t = np.clip((np.arange(0, -new, -1)[:, None] / new + idx) * base, -6, 6)
    window = np.cos(t * np.pi / 6 / 2) ** 2
    t = t * np.pi
    kernels = np.where(t == 0, 1, np.sin(t) / np.where(t == 0, 1, t)) * window * base / orig
    padded = np.pad(x, (width, width + orig))
    count = (len(padded) - kernels.shape[1]) // orig + 1
    out = np.array([[kernels[p] @ padded[i * orig:i * orig + kernels.shape[1]] for p in range(new)] for i in range(count)])
    return out.reshape(-1)[:math.ceil(new * len(x) / orig)]


base = dict(fftLength=128, sequenceLength=128, sequenceStride=48, window="hann", center=True)
bands = dict(melBins=12, minFrequency=0, maxFrequency=RATE / 2, power=2, melScale="slaney", norm="slaney")
transforms = [base, dict(base, center=False), dict(base, sequenceLength=101, window="hamming"),
              dict(base, sequenceLength=80, window="ones", center=False, sequenceStride=33)]
mels = [dict(base, **bands), dict(base, **bands) | dict(melScale="htk", norm="none", minFrequency=100.0, maxFrequency=3000.0),
        dict(base, **bands) | dict(power=1, melBins=20)]


def rounded(values):
    return [float(f"{v:.7g}") for v in np.asarray(values).ravel()]


golden = dict(
    sampleRate=RATE,
    sound=sound.tolist(),
    stft=[[o, rounded(s.real), rounded(s.imag)] for o, s in [(o, stft(sound, *o.values())) for o in transforms]],
    mel=[[o, rounded(mel(sound, o))] for o in mels],
    logMel=[[o, top, rounded(decibels(mel(sound, o), top))] for o, top in [(mels[0], 80), (mels[1], None), (mels[2], 10)]],
    mfcc=[[mels[0], 80, 7, rounded(mfcc(decibels(mel(sound, mels[0]), 80), 7))]],
    resample=[[a, b, rounded(resample(sound[:90], a, b))] for a, b in [(8000, 16000), (44100, 16000), (16000, 8000), (8000, 11025)]],
)
text = json.dumps(golden, separators=(",", ":")).replace("],[", "],\n[")
(here / "spectra.json").write_text(text + "\n")
