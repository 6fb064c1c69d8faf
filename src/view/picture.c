#include "view/picture.h"

#include "plat/text/secret.h"

void
picture_put(struct view *parent, uint16_t name, const struct urls *urls, const struct catalogue_image *image)
{
	struct arena *a = parent->a;
	struct str hash = secret_hex(a, image->hash.p, image->hash.n);
	struct view *v;

	if (image->hash.n == 0)
		return;
	v = view_sub(parent, name);
	view_str(v, N_alt, image->alt);
	view_int(v, N_width, image->w);
	view_int(v, N_height, image->h);
	view_str(v, N_thumb_url, url_media(urls, a, hash, "thumb"));
	view_str(v, N_card_url, url_media(urls, a, hash, "card"));
	view_str(v, N_page_url, url_media(urls, a, hash, "page"));
	view_str(v, N_zoom_url, url_media(urls, a, hash, "zoom"));
}
