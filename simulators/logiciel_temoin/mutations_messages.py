"""Défauts de forme d'un courriel entier, et de ce que le logiciel montre d'un courriel reçu."""

from __future__ import annotations

from simulators.logiciel_temoin.mutations import Mutation, Valeur


def _entete(description: str, cible: str, valeur: Valeur, *operations: str) -> Mutation:
    return Mutation(description, "mss_entetes", cible, "remplacer", valeur, operations)


def _source(description: str, cible: str, valeur: Valeur) -> Mutation:
    return Mutation(description, "mss_source", cible, "remplacer", valeur)


MESSAGES: dict[str, Mutation] = {
    "mss_in_reply_to_sans_chevrons": _entete(
        "In-Reply-To n'a pas la forme d'un identifiant.", r"(?m)^In-Reply-To: <([^>]*)>", r"In-Reply-To: votre \1"
    ),
    "mss_reponse_meme_id": _entete(
        "Une réponse reprend le Message-ID de son origine.",
        r"(?ms)^Message-ID: <[^>]*>(.*?^In-Reply-To: )(<[^>]*>)",
        r"Message-ID: \2\1\2",
    ),
    "mss_from_mal_forme": _entete(
        "Le libellé de l'expéditeur porte une virgule sans guillemets.", r"(?m)^From: ", "From: Labo, "
    ),
    "mss_objet_remplace": _entete(
        "L'objet écrit par l'utilisateur est remplacé.",
        r"(?m)^Subject: (?!XDM|=\?utf-8\?b\?WERN|=\?utf-8\?q\?XDM)[^\r]*(?:\r\n[ \t][^\r]*)*",
        "Subject: Message du laboratoire",
    ),
    "mss_libelle_de_service": _entete(
        "Le libellé d'une BAL applicative ou organisationnelle n'est pas le nom de la structure.",
        r"(?m)^From: [^<\r]*<",
        "From: Boite 12 <",
        "APP",
        "ORG",
    ),
    "mss_mime_version_absente": _entete("MIME-Version manque.", r"(?m)^MIME-Version: 1.0\r\n", ""),
    "mss_charset_faux": _source(
        "Le texte est en UTF-8 et se dit en us-ascii.", r"(?m)^(Content-Type: text/plain; charset=)utf-8", r"\1us-ascii"
    ),
    "mss_transfert_faux": _source(
        "Le texte annonce un codage de transfert qui n'existe pas.",
        r"(?m)^(Content-Transfer-Encoding: )quoted-printable",
        r"\1quoted",
    ),
    "mss_pdf_type_faux": _source(
        "Les PDF sont joints sous le type application/octet-stream.",
        r"(?m)^Content-Type: application/pdf",
        "Content-Type: application/octet-stream",
    ),
    "mss_pdf_nom_d_un_autre": _source(
        "Les PDF joints sont nommés d'un autre patient.",
        r'(filename="\d{8}_[^"\r]*?)_[^_"\r]+(_[^_"\r]+\.pdf")',
        r"\1_AUTREPERSONNE\2",
    ),
    "mss_fins_de_ligne_nues": _source("Les lignes finissent par LF seul.", r"\r\n", "\n"),
}

CONDUITE: dict[str, str] = {
    "mss_usager_sans_cle": "L'adresse d'usager est formée du matricule sans sa clé.",
    "mss_usager_d_un_autre": "L'adresse d'usager est celle d'un autre patient de la base.",
    "mss_reponse_a_soi": "Une réponse part à la boîte même qui l'écrit.",
    "mss_suppression_a_tous": "La suppression est annoncée à tous les correspondants connus.",
    "mss_pieces_cachees": "Le courriel reçu ne montre pas son archive.",
    "mss_objet_non_decode": "L'objet reçu est montré sans l'identité de l'usager.",
    "mss_ins_du_corps": "L'INS montrée d'un courriel reçu est celle que cite son texte.",
    "mss_retour_non_reglable": "L'adresse de retour ne se règle pas.",
    "mss_mention_remplacement_toujours": "Tout compte rendu porte la mention de remplacement.",
}  # fmt: skip
