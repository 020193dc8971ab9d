# language: fr
Fonctionnalité: Documents confiés à la plateforme d'intermédiation, et reçus d'elle, en HL7 v2
  Le dossier patient envoie ses documents à la plateforme de l'établissement, sait ce qu'elle en a fait, et range ceux
  qu'elle a reçus par MSSanté. Le banc joue la plateforme, sur une vraie connexion MLLP.

  @CDA/HL7.02.01
  Scénario: Les documents validés parviennent à la plateforme, une fois, et repartent si elle ne répond pas
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Ambroise » dont le statut est « identité qualifiée »
    Et un patient « Bérénice » dont le statut est « identité qualifiée »
    Et les documents transmis à la plateforme dès leur validation
    Quand le professionnel valide ces documents
      | document              | type                    | patient  |
      | lettre de sortie      | lettre de liaison       | Ambroise |
      | compte rendu de geste | compte rendu hospitalier | Bérénice |
      | ordonnance de sortie  | prescription            | Ambroise |
    Alors chaque document est parvenu à la plateforme dans un message conforme au volet
    # Une coupure après l'envoi : la plateforme a peut-être le document, le logiciel ne le sait pas.
    Quand la plateforme n'acquitte pas d'abord le message de « lettre de suivi », lettre de liaison du patient « Bérénice »
    Alors le message de « lettre de suivi » est revenu sous le même identifiant, jusqu'à être accepté
    Et aucun document accepté n'est revenu à la plateforme

  @CDA/HL7.01.01
  Scénario: Les acquittements et les accusés de la plateforme sont portés au bon document
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Clovis » dont le statut est « identité qualifiée »
    Et un patient « Daphné » dont le statut est « identité qualifiée »
    Et les documents transmis à la plateforme dès leur validation
    Quand le professionnel valide ces documents
      | document         | type                     | patient |
      | lettre acceptée  | lettre de liaison        | Clovis  |
      | lettre refusée   | lettre de liaison        | Daphné  |
      | lettre sans avis | compte rendu hospitalier | Clovis  |
    # Dans le désordre : un accusé ne se rattache pas au dernier document transmis. Du même document, l'envoi au
    # professionnel échoue quand celui au patient réussit : l'un ne vaut pas pour l'autre.
    Et la plateforme rend ces accusés
      | document        | opération              | issue    |
      | lettre refusée  | dépôt au DMP           | échec    |
      | lettre acceptée | dépôt au DMP           | réussite |
      | lettre acceptée | envoi au professionnel | réussite |
      | lettre refusée  | envoi au patient       | réussite |
      | lettre acceptée | envoi au patient       | réussite |
      | lettre refusée  | envoi au professionnel | échec    |
    Alors chaque message de la plateforme est acquitté et accepté
    Et le logiciel montre de chaque document ce que la plateforme en a dit, et rien d'autre
    Quand la plateforme refuse le message de « lettre rejetée », lettre de liaison du patient « Daphné »
    Alors le logiciel ne montre pas « lettre rejetée » comme transmis
    Quand la plateforme n'acquitte pas le message de « lettre perdue », lettre de liaison du patient « Clovis »
    Alors le logiciel ne montre pas « lettre perdue » comme transmis
    Quand la plateforme acquitte un autre message que le message de « lettre confondue », lettre de liaison du patient « Daphné »
    Alors le logiciel ne montre pas « lettre confondue » comme transmis

  @CDA/HL7.04.01
  Scénario: Un document reçu par MSSanté et remis en MDM entre au dossier de son patient
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Étienne » dont le statut est « identité qualifiée »
    Et un patient « Faustine » dont le statut est « identité qualifiée »
    Quand la plateforme transmet au logiciel la lettre du patient « Étienne » qu'elle a reçue par MSSanté
    Alors chaque message de la plateforme est acquitté et accepté
    Et la lettre est au dossier du patient « Étienne », et d'aucun autre
    Quand elle lui renvoie le même message, comme si l'acquittement s'était perdu
    Alors la lettre n'est qu'une fois au dossier du patient « Étienne »
    Quand la plateforme transmet au logiciel la lettre du patient « Faustine » qu'elle a reçue par MSSanté
    Alors chaque message de la plateforme est acquitté et accepté
    Et la lettre est au dossier du patient « Faustine », et d'aucun autre
    Et il refuse, en disant pourquoi, un message sans patient
    Et il refuse, en disant pourquoi, un message dont le document ne se décode pas
    Et il refuse, en disant pourquoi, un message d'un type inconnu

  @39.01
  Scénario: Les CDA d'une archive XDM reçue par la plateforme entrent tous au dossier du patient, tels que reçus
    # La plateforme les tire de la pièce jointe et les remet un à un (volet de transmission au LPS) ; l'archive reste à joindre.
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Gontran » dont le statut est « identité qualifiée »
    Et un patient « Héloïse » dont le statut est « identité qualifiée »
    Quand la plateforme remet au logiciel les deux documents d'une archive XDM reçue pour le patient « Gontran »
    Alors les deux documents sont au dossier du patient « Gontran », et d'aucun autre
    Et chacun des deux documents du patient « Gontran » est gardé tel que reçu et s'affiche
    Quand la plateforme remet au logiciel les deux documents d'une archive XDM reçue pour le patient « Héloïse »
    Alors les deux documents sont au dossier du patient « Héloïse », et d'aucun autre
    Et chacun des deux documents du patient « Héloïse » est gardé tel que reçu et s'affiche

  @DMP/CONF.09.01
  Scénario: Rien ne part vers la plateforme sans la non-opposition du patient, ni après son opposition
    Étant donné la prise HL7 v2 du logiciel, où le banc joue la plateforme d'intermédiation
    Et un patient « Irma » dont le statut est « identité qualifiée »
    Et les documents transmis à la plateforme dès leur validation, si la non-opposition du patient est enregistrée
    Quand le professionnel valide ces documents
      | document          | type              | patient |
      | lettre prématurée | lettre de liaison | Irma    |
    Et le professionnel enregistre la non-opposition du patient « Irma »
    Et le professionnel valide ces documents
      | document       | type              | patient |
      | lettre permise | lettre de liaison | Irma    |
    Et le professionnel enregistre l'opposition du patient « Irma »
    Et le professionnel valide ces documents
      | document         | type              | patient |
      | lettre interdite | lettre de liaison | Irma    |
    Alors « lettre permise » est parvenu à la plateforme, mais ni « lettre prématurée », avant l'accord, ni « lettre interdite », après l'opposition
    Et chaque choix du patient est tracé, avec sa date et son auteur
