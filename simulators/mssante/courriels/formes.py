"""Courriels dont la forme sort de l'ordinaire : encodages d'en-tête, fins de ligne, corps, imbrication, taille.

Presque tous sont permis par les RFC ; `conforme` faux marque ceux qui ne le sont pas, qu'un logiciel reçoit pourtant.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace

from simulators.mssante import mime
from simulators.mssante.courriels.catalogue import matiere
from simulators.mssante.courriels.composition import TEXTE, Courriel, Envoi, Transmission
from simulators.mssante.courriels.documents import pro_n3
from simulators.mssante.courriels.modele import BIOLOGIE, IMAGERIE, objet_du_courriel

NOM_ACCENTUE = "Hélène_ÉTÉ-ÇEDILLE_Cœur de l'Île"
TAILLE = 20 * 10**6
_ACCENTS = "Étude détaillée : çà et là, « cœur », coût 12 €, naïveté."


# -- en-têtes accentués ----------------------------------------------------------------------------------------


def _base64(texte: str, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(texte.encode(charset)).decode()}?="


def _quoted(texte: str, charset: str) -> str:
    octets = texte.encode(charset)
    return f"=?{charset}?Q?{''.join(chr(o) if chr(o).isalnum() and o < 128 else f'={o:02X}' for o in octets)}?="


def _par_mots(texte: str, encoder: Callable[[str], str], longueur: int = 12) -> str:
    """Mots encodés successifs, repliés, coupés entre deux caractères (RFC 2047, § 5)."""
    return "\r\n ".join(encoder(texte[debut : debut + longueur]) for debut in range(0, len(texte), longueur))


def _accentue(envoi: Envoi, encoder: Callable[[str], str], nom_de_fichier: str = "") -> Courriel:
    document = envoi.document(IMAGERIE)
    objet = objet_du_courriel(envoi.patient, [document])
    entetes: dict[str, str | None] = {
        "Subject": encoder(objet),
        "From": f"{encoder(NOM_ACCENTUE)}\r\n <{envoi.emetteur.adresse}>",
        "Comments": encoder(_ACCENTS),
    }
    transmission = Transmission(envoi, [document], entetes=entetes)
    if nom_de_fichier:
        transmission.avec_pdf = False
        piece = mime.piece(document.pdf, "application/pdf", "x.pdf")
        valeurs = tuple((nom, valeur.replace('name="x.pdf"', nom_de_fichier)) for nom, valeur in piece.entetes)
        transmission.parties = [replace(piece, entetes=valeurs)]
    return replace(transmission.courriel(), objet=objet)


@matiere("accents_base64", "Accents en mots encodés base64, UTF-8.")
def accents_base64(envoi: Envoi) -> Courriel:
    return _accentue(envoi, lambda texte: _par_mots(texte, lambda mot: _base64(mot, "UTF-8")))


@matiere("accents_quoted", "Accents en mots encodés quoted-printable, UTF-8.")
def accents_quoted(envoi: Envoi) -> Courriel:
    return _accentue(envoi, lambda texte: _par_mots(texte, lambda mot: _quoted(mot, "utf-8"), 6))


@matiere("accents_latin1", "Accents en mots encodés ISO-8859-1 (les caractères qu'il n'a pas y manquent).")
def accents_latin1(envoi: Envoi) -> Courriel:
    def encoder(texte: str) -> str:
        lisible = texte.replace("œ", "oe").replace("€", "EUR")
        return _par_mots(lisible, lambda mot: _quoted(mot, "iso-8859-1"))

    return _accentue(envoi, encoder)


@matiere("accents_latin9", "Accents en mots encodés ISO-8859-15.")
def accents_latin9(envoi: Envoi) -> Courriel:
    return _accentue(envoi, lambda texte: _par_mots(texte, lambda mot: _base64(mot, "iso-8859-15")))


@matiere("accents_windows", "Accents en mots encodés windows-1252.")
def accents_windows(envoi: Envoi) -> Courriel:
    return _accentue(envoi, lambda texte: _par_mots(texte, lambda mot: _quoted(mot, "windows-1252")))


@matiere(
    "accents_bruts_utf8", "Accents en UTF-8 brut dans les en-têtes (RFC 6532, sans SMTPUTF8 annoncé).", conforme=False
)
def accents_bruts_utf8(envoi: Envoi) -> Courriel:
    return _accentue(envoi, lambda texte: texte)


@matiere("accents_bruts_latin1", "Accents en ISO-8859-1 brut dans les en-têtes.", conforme=False)
def accents_bruts_latin1(envoi: Envoi) -> Courriel:
    def brut(texte: str) -> str:
        octets = texte.replace("œ", "oe").replace("€", "EUR").encode("latin-1")
        return octets.decode("utf-8", "surrogateescape")

    return _accentue(envoi, brut)


@matiere("accents_coupes", "Un caractère UTF-8 coupé entre deux mots encodés.", conforme=False)
def accents_coupes(envoi: Envoi) -> Courriel:
    def encoder(texte: str) -> str:
        octets = texte.encode()
        coupes = [octets[debut : debut + 13] for debut in range(0, len(octets), 13)]
        return "\r\n ".join(f"=?UTF-8?B?{base64.b64encode(coupe).decode()}?=" for coupe in coupes)

    return _accentue(envoi, encoder)


@matiere("accents_charset_inconnu", "Mots encodés d'un jeu de caractères qui n'existe pas.", conforme=False)
def accents_charset_inconnu(envoi: Envoi) -> Courriel:
    return _accentue(envoi, lambda texte: _par_mots(texte, lambda mot: _base64(mot, "utf-8").replace("utf-8", "x-nul")))


@matiere("accents_mot_trop_long", "Un seul mot encodé de plus de 75 caractères.", conforme=False)
def accents_mot_trop_long(envoi: Envoi) -> Courriel:
    return _accentue(envoi, lambda texte: _base64(texte, "UTF-8"))


@matiere(
    "nom_de_piece_rfc2047",
    "Nom de pièce en mot encodé entre guillemets, comme l'écrivent d'anciens logiciels.",
    conforme=False,
)
def nom_de_piece_rfc2047(envoi: Envoi) -> Courriel:
    nom = envoi.document(IMAGERIE).nom_pdf
    return _accentue(envoi, mime.mot_encode, f'name="{_base64(nom, "UTF-8")}"')


@matiere("nom_de_piece_brut", "Nom de pièce en UTF-8 brut.", conforme=False)
def nom_de_piece_brut(envoi: Envoi) -> Courriel:
    return _accentue(envoi, mime.mot_encode, f'name="{envoi.document(IMAGERIE).nom_pdf}"')


# -- fins de ligne et limites ----------------------------------------------------------------------------------


@matiere("fins_lf", "Toutes les lignes finies par LF seul.", conforme=False)
def fins_lf(envoi: Envoi) -> Courriel:
    courriel = pro_n3(envoi)
    return replace(courriel, octets=courriel.octets.replace(b"\r\n", b"\n"))


@matiere("fins_melees", "Une ligne sur trois finie par LF seul.", conforme=False)
def fins_melees(envoi: Envoi) -> Courriel:
    courriel = pro_n3(envoi)
    lignes = courriel.octets.split(b"\r\n")
    octets = b"".join(ligne + (b"\n" if rang % 3 == 2 else b"\r\n") for rang, ligne in enumerate(lignes[:-1]))
    return replace(courriel, octets=octets + lignes[-1])


@matiere("cr_isoles", "Des CR seuls dans le corps.", conforme=False)
def cr_isoles(envoi: Envoi) -> Courriel:
    courriel = pro_n3(envoi)
    return replace(courriel, octets=courriel.octets.replace(b"Bonjour,\r\n", b"Bonjour,\rcher confr\xc3\xa8re\r\n", 1))


@matiere(
    "sans_fin_de_ligne", "Le dernier octet n'est pas une fin de ligne, et la frontière finale manque.", conforme=False
)
def sans_fin_de_ligne(envoi: Envoi) -> Courriel:
    courriel = pro_n3(envoi)
    return replace(courriel, octets=courriel.octets[: courriel.octets.rindex(b"\r\n--")])


@matiere("ligne_trop_longue", "Une ligne du corps de 5 000 caractères (998 permis).", conforme=False)
def ligne_trop_longue(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], corps=mime.texte("mot " * 1250)).courriel()


@matiere("preambule", "Un préambule et un épilogue autour des parties, des lignes vides répétées.")
def preambule(envoi: Envoi) -> Courriel:
    courriel = pro_n3(envoi)
    tete, vide, corps = courriel.octets.partition(b"\r\n\r\n")
    octets = tete + vide + b"\r\nCeci est un message en plusieurs parties.\r\n\r\n" + corps + b"\r\nFin.\r\n"
    return replace(courriel, octets=octets)


# -- corps -----------------------------------------------------------------------------------------------------


@matiere("corps_vide", "Aucun corps, aucune pièce : des en-têtes et une ligne vide.")
def corps_vide(envoi: Envoi) -> Courriel:
    return Transmission(envoi, corps=mime.texte(""), objet="Sans texte").courriel()


@matiere("corps_vide_avec_document", "Partie de texte vide, document joint.")
def corps_vide_avec_document(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], corps=mime.texte("")).courriel()


@matiere("corps_alternatif", "Texte et HTML qui disent la même chose (multipart/alternative).")
def corps_alternatif(envoi: Envoi) -> Courriel:
    paragraphes = "".join(f"<p>{ligne}</p>" for ligne in TEXTE.splitlines() if ligne)
    html = mime.texte(f"<!DOCTYPE html><html><body>{paragraphes}</body></html>", "html", encodage="quoted-printable")
    corps = mime.multipart("alternative", [mime.texte(TEXTE, encodage="quoted-printable"), html])
    return Transmission(envoi, [envoi.document(BIOLOGIE)], corps=corps).courriel()


@matiere("corps_html_seul", "Corps HTML sans texte équivalent.", conforme=False)
def corps_html_seul(envoi: Envoi) -> Courriel:
    corps = mime.texte("<html><body><p>Bonjour, voir le document.</p></body></html>", "html")
    return Transmission(envoi, [envoi.document(BIOLOGIE)], corps=corps).courriel()


@matiere("corps_base64", "Corps de texte en base64.")
def corps_base64(envoi: Envoi) -> Courriel:
    corps = mime.texte(f"{TEXTE}\n{_ACCENTS}", encodage="base64")
    return Transmission(envoi, [envoi.document(BIOLOGIE)], corps=corps).courriel()


@matiere("corps_latin1", "Corps de texte en ISO-8859-1.", conforme=False)
def corps_latin1(envoi: Envoi) -> Courriel:
    corps = mime.texte(TEXTE, charset="iso-8859-1", encodage="quoted-printable")
    return Transmission(envoi, [envoi.document(BIOLOGIE)], corps=corps).courriel()


# -- en-têtes manquants ou doublés -----------------------------------------------------------------------------


@matiere("sans_message_id", "Aucun Message-ID.", conforme=False)
def sans_message_id(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], message_id="").courriel()


@matiere("sans_date", "Aucune Date.", conforme=False)
def sans_date(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], entetes={"Date": None}).courriel()


@matiere("sans_objet", "Aucun objet.")
def sans_objet(envoi: Envoi) -> Courriel:
    return Transmission(envoi, entetes={"Subject": None}).courriel()


@matiere("deux_objets", "Deux en-têtes Subject.", conforme=False)
def deux_objets(envoi: Envoi) -> Courriel:
    return Transmission(envoi, [envoi.document(BIOLOGIE)], entetes={"subject": "Second objet"}).courriel()


# -- imbrication et taille -------------------------------------------------------------------------------------


@matiere("message_imbrique", "Un courriel de transmission transféré en pièce jointe (message/rfc822).")
def message_imbrique(envoi: Envoi) -> Courriel:
    transfere = pro_n3(envoi)
    dehors = Transmission(
        envoi, corps=mime.texte("Pour information, le message reçu."), objet=f"Tr : {transfere.objet}",
        parties=[mime.message_joint(transfere.octets)], message_id=envoi.message_id.replace("<", "<tr."),
    ).courriel()  # fmt: skip
    return replace(dehors, documents=transfere.documents)


@matiere("messages_emboites", "Cinquante messages l'un dans l'autre.", conforme=False)
def messages_emboites(envoi: Envoi) -> Courriel:
    courriel = pro_n3(envoi)
    octets = courriel.octets
    for rang in range(50):
        entetes = [("From", envoi.emetteur.adresse), ("To", envoi.destinataire), ("Subject", f"Tr {rang}")]
        octets = mime.courriel(entetes, mime.multipart("mixed", [mime.message_joint(octets)]))
    return Courriel(octets, "", courriel.documents, "Tr 49")


@matiere("gros", "Message de 20 Mo (ou de la taille demandée), conforme.")
def gros(envoi: Envoi) -> Courriel:
    voulus = envoi.taille or TAILLE
    simple = pro_n3(envoi)
    # Un fichier que rien ne comprime ; base64 prend 78 octets pour 57.
    reste = max(0, voulus - len(simple.octets) - 400)
    annexe = mime.piece(_bruit(reste * 57 // 78), "application/octet-stream", "annexe.bin")
    courriel = Transmission(envoi, list(simple.documents), parties=[annexe]).courriel()
    return replace(courriel, objet=simple.objet)


def _bruit(taille: int) -> bytes:
    """Octets sans régularité, toujours les mêmes."""
    from hashlib import shake_256

    return shake_256(b"banc-sons").digest(taille)
