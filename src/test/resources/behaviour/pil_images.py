# PIL: images are drawn, resized, filtered, and go through PNG and JPEG.
# needs: PIL
import hashlib
import io

from PIL import Image, ImageDraw, ImageFilter

image = Image.new("RGB", (640, 480), "white")
draw = ImageDraw.Draw(image)
for i in range(200):
    draw.ellipse((i * 3, i * 2, i * 3 + 60, i * 2 + 40), fill=(i, 255 - i, i * 7 % 256))
for kind in "PNG", "JPEG", "GIF":
    file = io.BytesIO()
    image.save(file, kind)
    again = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
    print(kind, again.size, hashlib.sha256(again.tobytes()).hexdigest()[:16])
small = image.resize((100, 75)).rotate(30, expand=True).filter(ImageFilter.GaussianBlur(2))
print(small.size, hashlib.sha256(small.tobytes()).hexdigest()[:16], [image.copy().getpixel((i, i)) for i in range(3)])
