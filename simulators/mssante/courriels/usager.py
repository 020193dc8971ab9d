"""Courriels d'usagers de Mon espace santé : réponses, avec et sans pièces, et adresses douteuses."""

from __future__ import annotations

import base64
from dataclasses import replace

from simulators.mssante import mime
from simulators.mssante.adresse_usager import adresse_usager
from simulators.mssante.courriels.catalogue import matiere
from simulators.mssante.courriels.composition import Courriel, Envoi, Transmission
from simulators.mssante.courriels.pdfa import pdf_ordinaire

# Image d'un point : un fichier JPEG n'a pas besoin de plus pour être une pièce jointe.
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_TEXTE = "Bonjour,\n\nMerci pour ces résultats. Faut-il que je prenne rendez-vous ?\n\nCordialement"


def _de_l_usager(envoi: Envoi, adresse: str = "", pieces: tuple[mime.Partie, ...] = ()) -> Courriel:
    adresse = adresse or adresse_usager(envoi.patient.matricule_ins)
    entetes: dict[str, str | None] = {"From": adresse, "Return-Path": f"<{adresse}>", "X-MSS-NIL": None}
    objet = "Question à mon laboratoire"
    if envoi.original is not None:
        lus = mime.lire_entetes(envoi.original)
        cite = mime.brute(lus, "Message-ID")
        fil = " ".join(filter(None, [mime.brute(lus, "References"), cite]))
        objet = f"Re: {mime.valeur(lus, 'Subject')}"
        entetes |= {"In-Reply-To": cite, "References": mime.replier(fil)} if cite else {}
    identifiant = envoi.message_id.replace(envoi.domaine, adresse.rpartition("@")[2])
    return Transmission(
        envoi, corps=mime.texte(_TEXTE), objet=objet, entetes=entetes, parties=pieces, message_id=identifiant
    ).courriel()  # fmt: skip


@matiere("usager_reponse", "Réponse d'un patient, texte seul.")
def usager_reponse(envoi: Envoi) -> Courriel:
    return _de_l_usager(envoi)


@matiere("usager_reponse_pieces", "Réponse d'un patient avec deux pièces jointes, dont une au nom accentué.")
def usager_reponse_pieces(envoi: Envoi) -> Courriel:
    pdf = pdf_ordinaire("Ordonnance", ["Ordonnance numérisée par le patient"])
    pieces = (
        mime.piece(pdf, "application/pdf", "Ordonnance du 3 février.pdf"),
        mime.piece(_GIF, "image/gif", "photo.gif"),
    )
    return _de_l_usager(envoi, pieces=pieces)


@matiere("usager_minuscules", "Adresse du patient en minuscules (matricule de Corse) : la casse ne compte pas.")
def usager_minuscules(envoi: Envoi) -> Courriel:
    return _de_l_usager(envoi, adresse_usager(envoi.patient.matricule_ins).lower())


@matiere("usager_cle_fausse", "Adresse d'usager dont la clé est fausse.", conforme=False)
def usager_cle_fausse(envoi: Envoi) -> Courriel:
    matricule = envoi.patient.matricule_ins
    fausse = f"{matricule[:13]}{(int(matricule[13:]) % 97) + 1:02d}"
    return _de_l_usager(envoi, f"{fausse}@patient.mssante.fr")


@matiere("usager_domaine_voisin", "Le domaine ressemble à celui des usagers sans l'être.", conforme=False)
def usager_domaine_voisin(envoi: Envoi) -> Courriel:
    return _de_l_usager(envoi, f"{envoi.patient.matricule_ins}@patient.mssante.fr.exemple.invalid")


@matiere("usager_libelle_trompeur", "Libellé d'un professionnel, adresse d'un usager.", conforme=False)
def usager_libelle_trompeur(envoi: Envoi) -> Courriel:
    adresse = adresse_usager(envoi.patient.matricule_ins)
    trompeur = f'"{envoi.emetteur.adresse}" <{adresse}>'
    courriel = _de_l_usager(envoi)
    return replace(
        courriel, octets=courriel.octets.replace(f"From: {adresse}".encode(), f"From: {trompeur}".encode(), 1)
    )
