"""Les règles de PDF/A-1 que le banc contrôle : leur numéro de code suit celui de l'article de la norme."""

from __future__ import annotations

from reports.constat import Confiance, Regle


def _regle(article: str, titre: str, a_faire: str, suffixe: str = "") -> Regle:
    code = "PDF-A1-" + article.replace(".", "") + suffixe
    source = f"ISO 19005-1:2005, § {article} (vu dans les profils publics de validation de veraPDF)"
    return Regle(code, titre, source, Confiance.DOCUMENTEE, a_faire)


_EXPORT = "Exporter le document en PDF/A-1 par un outil qui le vérifie."

EN_TETE = _regle("6.1.2", "L'en-tête est au premier octet, suivi d'un commentaire binaire", _EXPORT)
FIN = _regle("6.1.3", "Le fichier a un identifiant et rien après sa fin", _EXPORT)
REFERENCES = _regle("6.1.4", "Ni flux de références croisées ni flux d'objets", "Écrire le fichier en PDF 1.4.")
FLUX = _regle("6.1.7", "Aucun flux n'est hors du fichier", "Écrire les données dans le fichier.")
LZW = _regle("6.1.10", "Aucune compression LZW", "Compresser par Flate.")
FICHIERS = _regle("6.1.11", "Aucun fichier embarqué", "Joindre les fichiers à côté du PDF.")
LIMITES = _regle("6.1.12", "Nombres, chaînes, tableaux et imbrications restent dans les limites", _EXPORT)
CALQUES = _regle("6.1.13", "Aucun calque", "Aplatir les calques à l'export.")
INTENTION = _regle("6.2.2", "L'intention de rendu porte un profil ICC permis", "Joindre un profil ICC v2 (sRGB).")
COULEURS = _regle("6.2.3", "Les couleurs de périphérique ont un profil de sortie", "Joindre une intention GTS_PDFA1.")
IMAGES = _regle("6.2.4", "Les images n'ont ni variante, ni OPI, ni interpolation", _EXPORT)
XOBJETS = _regle("6.2.5", "Ni PostScript ni référence externe dans les XObject", _EXPORT)
TRANSFERT = _regle("6.2.8", "Aucune fonction de transfert", _EXPORT)
RENDU = _regle("6.2.9", "Les intentions de rendu sont celles de la norme", _EXPORT)
OPERATEURS = _regle("6.2.10", "Les contenus n'emploient que les opérateurs de PDF 1.4", _EXPORT)
DICTIONNAIRES = _regle("6.3.2", "Les dictionnaires de polices sont complets", "Incorporer les polices à l'export.")
COMPOSITES = _regle("6.3.3", "Les polices composites disent leur codage", "Incorporer les polices à l'export.")
INCORPOREES = _regle("6.3.4", "Toute police d'un texte visible est incorporée", "Incorporer les polices à l'export.")
SOUS_ENSEMBLES = _regle("6.3.5", "Un sous-ensemble de police liste ses glyphes (CIDSet, CharSet)", _EXPORT)
CODAGES = _regle("6.3.7", "Une police TrueType a le codage que veut sa nature", _EXPORT)
UNICODES = _regle("6.3.8", "Une police composite d'un PDF/A-1a dit ses caractères (ToUnicode)", _EXPORT)
TRANSPARENCE = _regle("6.4", "Aucune transparence", "Aplatir la transparence à l'export.")
ANNOTATIONS = _regle("6.5", "Les annotations sont d'un genre permis, visibles et imprimables", _EXPORT)
ACTIONS = _regle("6.6", "Aucune action interdite, aucune action automatique", "Retirer scripts et actions.")
METADONNEES = _regle("6.7.2", "Les métadonnées XMP sont en clair", "Ne pas compresser le flux XMP.")
PROPRIETES = _regle(
    "6.7.2", "Chaque propriété XMP est définie par son schéma, et du type qu'il veut",
    "Écrire la propriété dans sa forme (liste, variantes de langue, date), ou la décrire par un schéma d'extension.",
    "-P",
)  # fmt: skip
CONCORDANCE = _regle("6.7.3", "Le dictionnaire d'information et XMP disent la même chose", _EXPORT)
PAQUET = _regle("6.7.5", "Le paquet XMP n'a ni attribut bytes ni attribut encoding", _EXPORT)
SCHEMAS = _regle("6.7.9", "Chaque propriété XMP est d'un schéma connu ou décrit", "Décrire les schémas ajoutés.")
PREFIXES = _regle("6.7.11", "Les espaces de noms de PDF/A ont leur préfixe", "Employer pdfaid, pdfaExtension…")
LANGUES = _regle("6.8.4", "Une langue annoncée est une étiquette de langue", "Écrire « fr » ou « fr-FR ».")
FORMULAIRES = _regle("6.9", "Les champs de formulaire ont leur apparence", _EXPORT)
STRUCTURE = _regle("6.8", "Un PDF/A-1a est balisé", "Exporter un PDF balisé, ou déclarer PDF/A-1b.")
