"""Pannes que le pair sait jouer, en recevant puis en émettant. HL7 v2 n'est pas HTTP : aucune panne commune."""

from __future__ import annotations

from simulators.socle.pannes import Panne

_DUREE = {"duree": "secondes (5 par défaut)"}

RECEPTION: tuple[Panne, ...] = (
    Panne("refus_de_connexion", "Connexion coupée net dès son ouverture."),
    Panne("coupure_en_plein_message", "Connexion coupée quand le message commence, avant sa fin."),
    Panne("sans_acquittement", "Message reçu et gardé, jamais acquitté."),
    Panne("coupure_avant_acquittement", "Message reçu et gardé, connexion coupée avant l'acquittement."),
    Panne("acquittement_retarde", "Acquittement retardé.", _DUREE),
    Panne("acquittement_erreur", "Acquittement AE, code 207 : le message n'est pas pris en charge."),
    Panne("acquittement_rejet", "Acquittement AR : le message n'est pas pris en charge, il peut être renvoyé."),
    Panne("msa_2_faux", "Acquittement AA d'un autre message (MSA-2 inconnu de l'émetteur)."),
    Panne("acquittement_illisible", "Un cadre MLLP qui ne porte pas un message HL7 v2."),
    Panne("acquittement_goutte_a_goutte", "Acquittement juste, envoyé octet par octet."),
    Panne("acquittement_autre_encodage", "Acquittement juste, en UTF-16."),
    Panne("acquittements_colles", "L'acquittement d'un autre message, puis le bon, dans le même envoi."),
    Panne("acquittement_trop_grand", "Acquittement juste, suivi de plus d'un mégaoctet de commentaires."),
)
EMISSION: tuple[Panne, ...] = (
    Panne("envoi_goutte_a_goutte", "Message envoyé en petits blocs."),
    Panne("envoi_coupe", "Connexion coupée au milieu du message."),
    Panne("envoi_sans_attendre", "Connexion coupée après le message entier, sans lire l'acquittement."),
    Panne("envoi_autre_encodage", "Message envoyé en ISO 8859-15, que MSH-18 annonce."),
    Panne("envoi_deux_colles", "Le même message deux fois dans le même envoi."),
    Panne("envoi_sans_cadre", "Message envoyé sans cadre MLLP."),
)
PANNES = (*RECEPTION, *EMISSION)
