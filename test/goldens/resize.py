# Writes resize.json: small pictures in another size, by PyTorch's antialiased bilinear interpolation in float64.
#
#   /usr/bin/python3 test/goldens/resize.py
import json
import pathlib

import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).parent
torch.manual_seed(5)
cases = []
for channels, (h, w), (height, width) in [(1, (9, 7), (4, 3)), (3, (12, 10), (5, 20)), (3, (4, 5), (9, 11)),
                                          (1, (50, 3), (7, 7)), (1, (1, 1), (3, 2)), (3, (31, 17), (1, 1))]:
    image = torch.randint(0, 256, (1, channels, h, w)).double()
    small = F.interpolate(image, (height, width), mode="bilinear", antialias=True, align_corners=False)
    flat = [x[0].permute(1, 2, 0).reshape(-1).tolist() for x in (image, small)]
    cases.append(dict(channels=channels, size=[h, w], to=[height, width], data=[int(v) for v in flat[0]],
                      expected=[round(v, 4) for v in flat[1]]))
(here / "resize.json").write_text(json.dumps(cases, separators=(",", ":")).replace("},{", "},\n{") + "\n")
